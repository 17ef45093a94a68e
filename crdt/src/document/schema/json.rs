//! The JSON of a block, as rule DOC3 gives it: one flat object, absent fields left out.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Block, BlockKind, Cell, Image, MAX_HEADING_LEVEL, MAX_LIST_DEPTH, Renders, Run, UnknownMarker,
    is_short_digest,
};
use crate::ids::ParagraphId;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    id: ParagraphId,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    numbered: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    depth: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blob: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marker: Option<Marker>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renders: Option<ParagraphId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renders_sha256: Option<String>,
    runs: Vec<Run>,
}

/// Only on blocks of a kind that this version does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    parents: Vec<String>,
    attrs: serde_json::Map<String, serde_json::Value>,
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut flat = Flat {
            id: self.id,
            kind: self.kind.marker_type().to_string(),
            level: None,
            numbered: None,
            depth: None,
            table: None,
            row: None,
            column: None,
            header: None,
            blob: None,
            alt: None,
            credit: None,
            marker: None,
            renders: self.renders.as_ref().map(|renders| renders.paragraph),
            renders_sha256: self.renders.as_ref().and_then(|renders| renders.sha256.clone()),
            runs: self.runs.clone(),
        };
        match &self.kind {
            BlockKind::Heading { level } => flat.level = Some(*level),
            BlockKind::Paragraph { numbered } => flat.numbered = numbered.then_some(true),
            BlockKind::Quote => flat.kind = "quote".into(),
            BlockKind::OrderedItem { depth } | BlockKind::UnorderedItem { depth } => {
                flat.depth = Some(*depth)
            }
            BlockKind::TableCell(Cell { table, row, column, header }) => {
                flat.table = Some(table.clone());
                flat.row = Some(row.clone());
                flat.column = Some(column.clone());
                flat.header = header.then_some(true);
            }
            BlockKind::Image(Image { blob, alt, credit }) => {
                flat.blob = Some(blob.clone());
                flat.alt = Some(alt.clone());
                flat.credit = Some(credit.clone()).filter(|credit| !credit.is_empty());
            }
            BlockKind::Unknown(UnknownMarker { parents, attrs, .. }) => {
                flat.marker = Some(Marker { parents: parents.clone(), attrs: attrs.clone() });
            }
        }
        flat.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let flat = Flat::deserialize(from)?;
        let kind = flat.kind().map_err(D::Error::custom)?;
        if flat.renders_sha256.as_deref().is_some_and(|digest| !is_short_digest(digest)) {
            return Err(D::Error::custom("`renders_sha256` has 16 lowercase hexadecimal digits"));
        }
        let sha256 = flat.renders_sha256;
        let renders = flat.renders.map(|paragraph| Renders { paragraph, sha256 });
        Ok(Block { renders, ..Block::new(flat.id, kind, flat.runs) })
    }
}

impl Flat {
    fn kind(&self) -> Result<BlockKind, String> {
        if let Some(Marker { parents, attrs }) = &self.marker {
            let marker =
                UnknownMarker { name: self.kind.clone(), parents: parents.clone(), attrs: attrs.clone() };
            return Ok(BlockKind::Unknown(marker));
        }
        let depth = || match self.depth {
            Some(depth) if depth <= MAX_LIST_DEPTH => Ok(depth),
            _ => Err(format!("an item has a `depth` from 0 to {MAX_LIST_DEPTH}")),
        };
        match (self.kind.as_str(), self.level) {
            ("heading", Some(level @ 1..=MAX_HEADING_LEVEL)) => Ok(BlockKind::Heading { level }),
            ("heading", _) => Err(format!("a heading has a `level` from 1 to {MAX_HEADING_LEVEL}")),
            ("paragraph", _) => Ok(BlockKind::Paragraph { numbered: self.numbered.unwrap_or(false) }),
            ("quote", _) => Ok(BlockKind::Quote),
            ("ordered-list-item", _) => Ok(BlockKind::OrderedItem { depth: depth()? }),
            ("unordered-list-item", _) => Ok(BlockKind::UnorderedItem { depth: depth()? }),
            ("table-cell", _) => {
                let named = |field: &Option<String>, name: &str| {
                    field.clone().ok_or_else(|| format!("a cell names its `{name}`"))
                };
                Ok(BlockKind::TableCell(Cell {
                    table: named(&self.table, "table")?,
                    row: named(&self.row, "row")?,
                    column: named(&self.column, "column")?,
                    header: self.header.unwrap_or(false),
                }))
            }
            ("image", _) => {
                let credit = self.credit.clone().unwrap_or_default();
                match (&self.blob, &self.alt) {
                    (Some(blob), Some(alt)) => {
                        Ok(BlockKind::Image(Image { blob: blob.clone(), alt: alt.clone(), credit }))
                    }
                    _ => Err("an image has a `blob` and an `alt`".to_string()),
                }
            }
            (other, _) => Err(format!("`{other}` is not a type of block")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::Marks;

    fn json(block: &Block) -> String {
        serde_json::to_string(block).unwrap()
    }

    #[test]
    fn doc3_every_kind_of_block_reads_back_from_its_json() {
        let kinds = [
            BlockKind::Heading { level: 3 },
            BlockKind::Paragraph { numbered: false },
            BlockKind::Paragraph { numbered: true },
            BlockKind::Quote,
            BlockKind::OrderedItem { depth: 0 },
            BlockKind::UnorderedItem { depth: 8 },
            BlockKind::TableCell(Cell {
                table: "t".into(),
                row: "r".into(),
                column: "c".into(),
                header: true,
            }),
            BlockKind::TableCell(Cell::default()),
            BlockKind::Image(Image { blob: "b".into(), alt: "".into(), credit: "Lyon".into() }),
            BlockKind::Image(Image::default()),
            BlockKind::Unknown(UnknownMarker {
                name: "banner".into(),
                parents: vec![],
                attrs: [("row".into(), 1.into())].into_iter().collect(),
            }),
        ];
        for kind in kinds {
            let mut block = Block::new(
                ParagraphId([7; 8]),
                kind,
                vec![Run::plain("Cities "), Run::marked("first", Marks::on(["em"]))],
            );
            block.renders =
                Some(Renders { paragraph: ParagraphId([1; 8]), sha256: Some("0123456789abcdef".into()) });
            assert_eq!(serde_json::from_str::<Block>(&json(&block)).unwrap(), block);
        }
    }

    #[test]
    fn doc3_a_plain_paragraph_is_written_without_the_fields_it_does_not_need() {
        let block = Block::new(
            ParagraphId([0; 8]),
            BlockKind::Paragraph { numbered: false },
            vec![Run::plain("Sí.")],
        );
        assert_eq!(json(&block), r#"{"id":"0000000000000000","type":"paragraph","runs":[{"text":"Sí."}]}"#);
    }

    #[test]
    fn doc3_a_heading_without_a_level_and_an_unknown_field_are_refused() {
        for wrong in [
            r#"{"id":"0000000000000000","type":"heading","runs":[]}"#,
            r#"{"id":"0000000000000000","type":"heading","level":7,"runs":[]}"#,
            r#"{"id":"0000000000000000","type":"unordered-list-item","depth":9,"runs":[]}"#,
            r#"{"id":"0000000000000000","type":"banner","runs":[]}"#,
            r#"{"id":"0000000000000000","type":"table-cell","table":"t","row":"r","runs":[]}"#,
            r#"{"id":"0000000000000000","type":"image","blob":"b","runs":[]}"#,
            r#"{"id":"0000000000000000","type":"paragraph","colour":"red","runs":[]}"#,
        ] {
            assert!(serde_json::from_str::<Block>(wrong).is_err(), "{wrong} passed");
        }
    }
}

//! How a paper looks in Word: styles, the counting of lists, and what stands at the head and foot of each page.
//!
//! The faces are those that every office program has or has a twin of. Names of styles are the program's own where it has one, so
//! that it shows them in its own language and builds outline and contents by them.

use super::body::DEEPEST_HEADING;
use super::xml::escape;
use crate::render::typst_data::Meta;

const SERIF: &str = "Cambria";
const SANS: &str = "Calibri";
/// Arabic and Hebrew; on every Windows and macOS.
const COMPLEX: &str = "Times New Roman";
/// The colours of the pages on screen.
const INK: &str = "161B24";
const ACCENT: &str = "1D3F94";
const QUIET: &str = "566072";

/// `word/styles.xml`.
/// With those of comments, where there are any.
pub(super) fn styles(meta: &Meta, rtl: bool, comments: bool) -> String {
    let lang = if rtl { format!("w:bidi=\"{}\"", code(meta)) } else { format!("w:val=\"{}\"", code(meta)) };
    // Naskh looks smaller than Latin letters of its size.
    let complex = if rtl { 26 } else { 22 };
    let mut xml = format!(
        "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"{SERIF}\" w:hAnsi=\"{SERIF}\" w:eastAsia=\"{SERIF}\" w:cs=\"{COMPLEX}\"/><w:color w:val=\"{INK}\"/><w:sz w:val=\"22\"/><w:szCs w:val=\"{complex}\"/><w:lang {lang}/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"140\" w:line=\"288\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
    );
    xml += "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>";
    xml += "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/><w:uiPriority w:val=\"1\"/><w:semiHidden/></w:style>";
    xml += "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:uiPriority w:val=\"99\"/><w:semiHidden/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>";
    for level in 1..=DEEPEST_HEADING {
        let (size, before, after) = match level {
            1 => (36, 480, 200),
            2 => (28, 400, 140),
            3 => (24, 320, 120),
            _ => (22, 280, 100),
        };
        let outline = level - 1;
        let before_and_after = format!(
            "<w:keepNext/><w:keepLines/><w:tabs><w:tab w:val=\"left\" w:pos=\"680\"/></w:tabs><w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"252\" w:lineRule=\"auto\"/><w:outlineLvl w:val=\"{outline}\"/>"
        );
        paragraph(
            &mut xml,
            &format!("Heading{level}"),
            &format!("heading {level}"),
            &before_and_after,
            &sans(size, ACCENT, true),
        );
    }
    for (id, name, look, letters) in paragraphs() {
        paragraph(&mut xml, id, name, look, &letters);
    }
    for (id, name, letters) in characters() {
        xml += &format!(
            "<w:style w:type=\"character\" w:styleId=\"{id}\"{}><w:name w:val=\"{name}\"/><w:rPr>{letters}</w:rPr></w:style>",
            custom(name)
        );
    }
    xml += TABLE;
    xml += if comments { COMMENTS } else { "" };
    format!("{HEAD}<w:styles {WORD}>{xml}</w:styles>")
}

fn paragraphs() -> Vec<(&'static str, &'static str, &'static str, String)> {
    let plain = String::new;
    vec![
        (
            "Title",
            "Title",
            "<w:spacing w:before=\"2400\" w:after=\"240\" w:line=\"240\" w:lineRule=\"auto\"/>",
            sans(60, INK, true),
        ),
        ("Subtitle", "Subtitle", "<w:spacing w:after=\"480\"/>", letters(28, QUIET)),
        (
            "CoverOrganisation",
            "Cover organisation",
            "<w:spacing w:before=\"600\" w:after=\"0\"/>",
            sans(24, ACCENT, true),
        ),
        (
            "CoverLine",
            "Cover line",
            "<w:tabs><w:tab w:val=\"left\" w:pos=\"2268\"/></w:tabs><w:spacing w:after=\"60\"/><w:ind w:left=\"2268\" w:hanging=\"2268\"/>",
            sans(20, INK, false),
        ),
        (
            "Notice",
            "Notice",
            "<w:pBdr><w:left w:val=\"single\" w:sz=\"24\" w:space=\"8\" w:color=\"9A5B00\"/></w:pBdr><w:spacing w:after=\"480\"/>",
            sans(20, INK, false),
        ),
        ("TOCHeading", "TOC Heading", "<w:keepNext/><w:spacing w:after=\"240\"/>", sans(36, ACCENT, true)),
        ("TOC1", "toc 1", CONTENTS[0], sans(22, INK, true)),
        ("TOC2", "toc 2", CONTENTS[1], sans(21, INK, false)),
        ("TOC3", "toc 3", CONTENTS[2], sans(20, QUIET, false)),
        (
            "NumberedParagraph",
            "Numbered paragraph",
            "<w:tabs><w:tab w:val=\"left\" w:pos=\"680\"/></w:tabs><w:ind w:left=\"680\" w:hanging=\"680\"/>",
            plain(),
        ),
        ("ListParagraph", "List Paragraph", "<w:spacing w:after=\"80\"/>", plain()),
        (
            "Quote",
            "Quote",
            "<w:pBdr><w:left w:val=\"single\" w:sz=\"12\" w:space=\"10\" w:color=\"C9D0D9\"/></w:pBdr><w:ind w:left=\"1020\" w:right=\"567\"/>",
            format!("<w:color w:val=\"{QUIET}\"/>"),
        ),
        (
            "TableText",
            "Table text",
            "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"252\" w:lineRule=\"auto\"/>",
            sans(19, INK, false),
        ),
        (
            "TableHead",
            "Table head",
            "<w:keepNext/><w:spacing w:before=\"40\" w:after=\"40\" w:line=\"252\" w:lineRule=\"auto\"/>",
            sans(19, ACCENT, true),
        ),
        (
            "TableTextSmall",
            "Table text small",
            "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            sans(16, INK, false),
        ),
        (
            "TableHeadSmall",
            "Table head small",
            "<w:keepNext/><w:spacing w:before=\"40\" w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            sans(16, ACCENT, true),
        ),
        (
            "TableTextTiny",
            "Table text tiny",
            "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            sans(13, INK, false),
        ),
        (
            "TableHeadTiny",
            "Table head tiny",
            "<w:keepNext/><w:spacing w:before=\"40\" w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            sans(13, ACCENT, true),
        ),
        (
            "AfterTable",
            "After table",
            "<w:spacing w:after=\"120\" w:line=\"120\" w:lineRule=\"exact\"/>",
            "<w:sz w:val=\"8\"/><w:szCs w:val=\"8\"/>".to_owned(),
        ),
        (
            "Figure",
            "Figure",
            "<w:keepNext/><w:spacing w:before=\"200\" w:after=\"80\" w:line=\"240\" w:lineRule=\"auto\"/>",
            plain(),
        ),
        ("Caption", "caption", "<w:spacing w:after=\"240\"/>", sans(19, QUIET, false)),
        (
            "FootnoteText",
            "footnote text",
            "<w:spacing w:after=\"40\" w:line=\"240\" w:lineRule=\"auto\"/>",
            "<w:sz w:val=\"18\"/><w:szCs w:val=\"20\"/>".to_owned(),
        ),
        (
            "Header",
            "header",
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"4\" w:color=\"C9D0D9\"/></w:pBdr><w:tabs><w:tab w:val=\"right\" w:pos=\"8504\"/></w:tabs><w:spacing w:after=\"0\"/>",
            sans(17, QUIET, false),
        ),
        (
            "Footer",
            "footer",
            "<w:tabs><w:tab w:val=\"center\" w:pos=\"4252\"/><w:tab w:val=\"right\" w:pos=\"8504\"/></w:tabs><w:spacing w:after=\"0\"/>",
            sans(17, QUIET, false),
        ),
    ]
}

/// Tabs for the page numbers that come when the contents are renewed.
const CONTENTS: [&str; 3] = [
    "<w:tabs><w:tab w:val=\"left\" w:pos=\"680\"/><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8504\"/></w:tabs><w:spacing w:before=\"120\" w:after=\"20\" w:line=\"252\" w:lineRule=\"auto\"/><w:ind w:left=\"680\" w:right=\"567\" w:hanging=\"680\"/>",
    "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8504\"/></w:tabs><w:spacing w:after=\"20\" w:line=\"252\" w:lineRule=\"auto\"/><w:ind w:left=\"680\" w:right=\"567\"/>",
    "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"8504\"/></w:tabs><w:spacing w:after=\"20\" w:line=\"252\" w:lineRule=\"auto\"/><w:ind w:left=\"1020\" w:right=\"567\"/>",
];

fn characters() -> Vec<(&'static str, &'static str, String)> {
    vec![
        (
            "ChapterNumber",
            "Chapter number",
            format!("<w:b w:val=\"0\"/><w:bCs w:val=\"0\"/><w:color w:val=\"{QUIET}\"/>"),
        ),
        ("ParagraphNumber", "Paragraph number", sans(18, QUIET, false)),
        ("CoverLabel", "Cover label", format!("<w:color w:val=\"{QUIET}\"/>")),
        ("Credit", "Picture credit", "<w:i/><w:iCs/>".to_owned()),
        ("Hyperlink", "Hyperlink", format!("<w:color w:val=\"{ACCENT}\"/><w:u w:val=\"single\"/>")),
        ("FootnoteReference", "footnote reference", "<w:vertAlign w:val=\"superscript\"/>".to_owned()),
    ]
}

fn paragraph(xml: &mut String, id: &str, name: &str, look: &str, letters: &str) {
    *xml += &format!(
        "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"{}><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/>{}<w:qFormat/><w:pPr>{look}</w:pPr><w:rPr>{letters}</w:rPr></w:style>",
        custom(name),
        if name.starts_with("heading") { "<w:next w:val=\"Normal\"/>" } else { "" },
    );
}

/// Word's own styles have names that it translates; ours are marked as not its own.
fn custom(name: &str) -> &'static str {
    let own = [
        "Title",
        "Subtitle",
        "TOC Heading",
        "toc ",
        "heading ",
        "List Paragraph",
        "Quote",
        "caption",
        "footnote ",
        "header",
        "footer",
        "Hyperlink",
    ];
    if own.iter().any(|known| name.starts_with(known)) { "" } else { " w:customStyle=\"1\"" }
}

fn sans(size: u32, color: &str, is_bold: bool) -> String {
    let bold = if is_bold { "<w:b/><w:bCs/>" } else { "" };
    format!(
        "<w:rFonts w:ascii=\"{SANS}\" w:hAnsi=\"{SANS}\" w:eastAsia=\"{SANS}\" w:cs=\"{COMPLEX}\"/>{bold}{}",
        letters(size, color)
    )
}

fn letters(size: u32, color: &str) -> String {
    format!("<w:color w:val=\"{color}\"/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{}\"/>", size + 2)
}

const COMMENTS: &str = "<w:style w:type=\"paragraph\" w:styleId=\"CommentText\"><w:name w:val=\"annotation text\"/><w:basedOn w:val=\"Normal\"/><w:pPr><w:spacing w:after=\"60\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr><w:rPr><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/></w:rPr></w:style><w:style w:type=\"character\" w:styleId=\"CommentReference\"><w:name w:val=\"annotation reference\"/><w:rPr><w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/></w:rPr></w:style>";

/// Horizontal rules only; the head set apart by a stronger one.
const TABLE: &str = "<w:style w:type=\"table\" w:customStyle=\"1\" w:styleId=\"PaperTable\"><w:name w:val=\"Paper table\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders><w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"1D3F94\"/><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"C9D0D9\"/><w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"C9D0D9\"/></w:tblBorders></w:tblPr><w:tblStylePr w:type=\"firstRow\"><w:tblPr/><w:tcPr><w:tcBorders><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"1D3F94\"/></w:tcBorders></w:tcPr></w:tblStylePr></w:style>";

/// `word/numbering.xml`: dashes, and for each list that counts (given by its depth) a counting from 1.
pub(super) fn numbering(counted: &[usize]) -> String {
    let mut xml = String::new();
    for (id, is_counted) in [(0, false), (1, true)] {
        xml += &format!(
            "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"hybridMultilevel\"/>"
        );
        for level in 0..9u32 {
            let (format, words) = match (is_counted, level % 3) {
                (false, _) => ("bullet", "–".to_owned()),
                (true, 0) => ("decimal", format!("%{})", level + 1)),
                (true, 1) => ("lowerLetter", format!("%{})", level + 1)),
                (true, _) => ("lowerRoman", format!("%{})", level + 1)),
            };
            let left = 680 + 454 + level * 454;
            xml += &format!(
                "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{words}\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"{left}\" w:hanging=\"454\"/></w:pPr></w:lvl>"
            );
        }
        xml += "</w:abstractNum>";
    }
    xml += "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>";
    for (level, id) in counted.iter().zip(2..) {
        xml += &format!(
            "<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"1\"/><w:lvlOverride w:ilvl=\"{level}\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
        );
    }
    format!("{HEAD}<w:numbering {WORD}>{xml}</w:numbering>")
}

/// `word/header1.xml`: the paper, and that it is a draft.
pub(super) fn header(meta: &Meta, rtl: bool) -> String {
    let mut xml = opening("hdr", "Header", rtl);
    xml += &run(&meta.short, rtl);
    if meta.draft {
        xml += "<w:r><w:tab/></w:r>";
        xml += &run(&meta.labels.draft, rtl);
    }
    xml + "</w:p></w:hdr>"
}

/// `word/footer1.xml`: which version, which page, and the fingerprint of what was sealed.
pub(super) fn footer(meta: &Meta, rtl: bool) -> String {
    let version = [meta.milestone.as_str(), &meta.version].into_iter().filter(|words| !words.is_empty());
    let version = version.collect::<Vec<_>>().join(" · ");
    let field = |name: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> {name} </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
        )
    };
    let mut xml = opening("ftr", "Footer", rtl);
    xml += &run(&version, rtl);
    xml += "<w:r><w:tab/></w:r>";
    xml += &run(&format!("{} ", meta.labels.page), rtl);
    xml += &field("PAGE");
    xml += &run(&format!(" {} ", meta.labels.of), rtl);
    xml += &field("NUMPAGES");
    if !meta.hash.is_empty() {
        xml += "<w:r><w:tab/></w:r>";
        // Digits of a fingerprint run from left to right in every paper.
        xml += &run(&meta.hash, false);
    }
    xml + "</w:p></w:ftr>"
}

fn opening(name: &str, style: &str, rtl: bool) -> String {
    let bidi = if rtl { "<w:bidi/>" } else { "" };
    format!("{HEAD}<w:{name} {WORD}><w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{bidi}</w:pPr>")
}

fn run(words: &str, rtl: bool) -> String {
    let look = if rtl { "<w:rPr><w:rtl/></w:rPr>" } else { "" };
    let mut xml = format!("<w:r>{look}<w:t xml:space=\"preserve\">");
    // What is left out here is left out, and reported, on the cover too.
    escape(&mut xml, words);
    xml + "</w:t></w:r>"
}

/// The paper's language, if it is a code that a program can take.
pub(super) fn code(meta: &Meta) -> &str {
    let is_code =
        meta.lang.len() <= 35 && meta.lang.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_code && meta.lang.len() >= 2 { &meta.lang } else { "en" }
}

/// What every part begins with.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// The names of the text's own elements.
pub(super) const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

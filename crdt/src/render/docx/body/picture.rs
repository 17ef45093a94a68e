//! Pictures, with their captions and whose they are.

use super::{Body, WIDTH};
use crate::document::BlockKind;
use crate::document::schema::Image;
use crate::render::docx::tracked::{self, Change, Whole};
use crate::render::docx::xml::escape;
use crate::render::docx::{Lost, Picture};
use crate::render::tree::Numbered;

/// The longest picture that leaves its caption room on the page, in twentieths of a point.
const HEIGHT: u32 = 10_500;
/// A twentieth of a point in English Metric Units, the measure of drawings.
const EMU: u64 = 635;
/// A pixel of a screen, in English Metric Units.
const EMU_PER_PIXEL: u64 = 9_525;

impl<'a> Body<'a> {
    /// A picture with its caption below. One whose bytes are missing is its caption.
    pub(super) fn figure(&mut self, block: &'a Numbered, image: &'a Image) {
        self.here = Some(block.id());
        let whole = tracked::whole(block);
        let end = match (whole, tracked::old(block)) {
            (Some(whole), _) => self.pictures(Some(whole), &[(whole.change.alone(), image)]),
            (None, None) => self.pictures(None, &[(&[], image)]),
            (None, Some(old)) => match (&old.block.kind, tracked::old_image(block, Some(image))) {
                (_, Some(old)) => {
                    self.pictures(None, &[(Change::Del.alone(), old), (Change::Ins.alone(), image)])
                }
                (BlockKind::Image(_), None) => self.pictures(None, &[(&[], image)]),
                (_, None) => {
                    let came = tracked::of_picture(Change::Ins);
                    self.pictures(Some(came), &[(Change::Ins.alone(), image)])
                }
            },
        };
        let looked = self.looked_before(block, "Caption");
        self.of_mark(whole, looked.as_deref());
        self.open("Caption");
        let end = if end.is_empty() { self.begin_move(whole) } else { end };
        self.line(block);
        self.credit(block, image);
        self.close();
        self.put(&end);
    }

    /// Whose picture it is, behind its caption.
    fn credit(&mut self, block: &Numbered, image: &Image) {
        let (whole, now) = (tracked::whole(block), image.credit.as_str());
        let before = match (whole, tracked::old(block).map(|old| &old.block.kind)) {
            (None, Some(BlockKind::Image(old))) => old.credit.as_str(),
            (None, Some(_)) => "",
            _ => now,
        };
        let said: Vec<(&str, &'static [Change])> = match whole {
            Some(whole) => vec![(now, whole.change.alone())],
            None if before == now => vec![(now, &[])],
            None => vec![(before, Change::Del.alone()), (now, Change::Ins.alone())],
        };
        for (credit, changes) in said.into_iter().filter(|(credit, _)| !credit.is_empty()) {
            self.changed(changes, whole.and_then(|whole| whole.by), &mut |body| {
                body.words(" ", None);
                body.words(credit, Some("Credit"));
            });
        }
    }

    /// A paragraph of pictures, those whose bytes are there, and what closes its move: nothing without one.
    pub(super) fn pictures(
        &mut self,
        whole: Option<Whole<'_>>,
        images: &[(&'static [Change], &'a Image)],
    ) -> String {
        let mut shown = Vec::new();
        for (changes, image) in images {
            match self.sheet.pictures.get(&image.blob) {
                Some(picture) => shown.push((*changes, picture, *image)),
                None => self.lose(Lost::Picture, 1),
            }
        }
        if shown.is_empty() {
            return String::new();
        }
        self.of_mark(whole, None);
        self.open("Figure");
        let end = self.begin_move(whole);
        for (changes, picture, image) in shown {
            self.shown.insert(&image.blob);
            let by = whole.and_then(|whole| whole.by);
            self.changed(changes, by, &mut |body| body.drawing(picture, image));
        }
        self.close();
        end
    }

    fn drawing(&mut self, picture: &Picture, image: &Image) {
        self.drawings += 1;
        let id = self.drawings;
        let (width, height) = (u64::from(picture.width).max(1), u64::from(picture.height).max(1));
        let (most_width, most_height) = (u64::from(WIDTH) * EMU, u64::from(HEIGHT) * EMU);
        let mut shown = (width * EMU_PER_PIXEL, height * EMU_PER_PIXEL);
        if shown.0 > most_width {
            shown = (most_width, (most_width * height / width).max(1));
        }
        if shown.1 > most_height {
            shown = ((most_height * width / height).max(1), most_height);
        }
        let (cx, cy) = shown;
        let mut alt = String::new();
        let left_out = escape(&mut alt, &image.alt);
        self.lose(Lost::Characters, left_out);
        let blob = &image.blob;
        self.put(&format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
             <wp:docPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/>\
             <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"rIdPicture{blob}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
             </pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        ));
    }
}

//! Equations. A paper has words only: an equation comes in as one line of them, with signs where it had lines and brackets, and is
//! told. What stands above or below stays raised or lowered.

use super::Story;
use super::run::RunLook;
use crate::export::word::report::Found;
use crate::export::word::styles::Raised;
use crate::export::word::xml::Tag;

/// A part of an equation that has signs of its own before, between and behind what stands in it.
pub(super) struct Frame {
    name: &'static str,
    before: String,
    between: String,
    behind: String,
    has_begun: bool,
}

impl Frame {
    fn of(name: &str) -> Option<Self> {
        let (name, before, between, behind) = match name {
            "f" => ("f", "(", ")/(", ")"),
            "rad" => ("rad", "√(", "", ")"),
            // These three as they are where the file says nothing else.
            "d" => ("d", "(", "|", ")"),
            "nary" => ("nary", "∫", "", ""),
            "acc" => ("acc", "", "", "\u{302}"),
            "func" => ("func", "", " ", ""),
            "mr" => ("mr", "", " ", ""),
            "m" => ("m", "(", "; ", ")"),
            "eqArr" => ("eqArr", "", "; ", ""),
            _ => return None,
        };
        let [before, between, behind] = [before, between, behind].map(str::to_owned);
        Some(Self { name, before, between, behind, has_begun: false })
    }
}

impl Story<'_> {
    pub(super) fn is_in_equation(&self) -> bool {
        self.path.iter().any(|around| around == "oMath")
    }

    /// Where what comes stands in an equation: above or below the line.
    pub(super) fn raised_in_equation(&self) -> Option<Raised> {
        let is_part = |name: &&String| matches!(name.as_str(), "oMath" | "sup" | "sub" | "deg");
        match self.path.iter().rev().find(is_part)?.as_str() {
            "sup" | "deg" => Some(Raised::Above),
            "sub" => Some(Raised::Below),
            _ => None,
        }
    }

    pub(super) fn equation_begins(&mut self, name: &str, tag: &Tag<'_>) {
        if name == "oMath" {
            self.run = RunLook::default();
            self.frames.clear();
            self.is_said();
            self.paragraph(|open| open.tell_new(Found::Equation));
        }
        if !self.is_in_equation() {
            return;
        }
        let is_part =
            !name.ends_with("Pr") && self.frames.last().is_some_and(|frame| frame.name == self.parent());
        if let Some(frame) = self.frames.last_mut() {
            match name {
                "begChr" => frame.before = tag.val().unwrap_or_default(),
                "sepChr" => frame.between = tag.val().unwrap_or_default(),
                "endChr" => frame.behind = tag.val().unwrap_or_default(),
                "chr" if frame.name == "nary" => frame.before = tag.val().unwrap_or_default(),
                "chr" if frame.name == "acc" => frame.behind = tag.val().unwrap_or_default(),
                _ if is_part => {
                    let began = std::mem::replace(&mut frame.has_begun, true);
                    let sign = if began { &frame.between } else { &frame.before }.clone();
                    self.adds(&sign);
                }
                _ => {}
            }
        }
        self.frames.extend(Frame::of(name));
    }

    pub(super) fn equation_ends(&mut self, name: &str) {
        if self.is_in_equation()
            && let Some(frame) = self.frames.pop_if(|frame| frame.name == name)
            && frame.has_begun
        {
            self.adds(&frame.behind);
        }
    }
}

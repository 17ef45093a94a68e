//! What the parser read without saying so: addresses that were defined (`[name]: https://…`).
//!
//! A definition that a link uses shows in that link. One that none uses, or that repeats an earlier one, would be lost.

use std::collections::BTreeSet;
use std::ops::Range;

/// Keeps account of definitions. All ranges are bytes of the file.
#[derive(Default)]
pub(super) struct Unsaid {
    defined: Vec<(Range<usize>, String)>,
    used: BTreeSet<String>,
    /// Where the last block that stood in no other ended.
    passed: usize,
    /// What the parser passed over between such blocks.
    gaps: Vec<Range<usize>>,
}

impl Unsaid {
    /// For a file whose body begins at `body`.
    pub(super) fn behind(body: usize) -> Unsaid {
        Unsaid { passed: body, ..Unsaid::default() }
    }

    /// An address was defined here, for the first time under its name.
    pub(super) fn define(&mut self, span: Range<usize>, address: &str) {
        self.defined.push((span, address.to_string()));
    }

    /// A link or an image has this address.
    pub(super) fn use_address(&mut self, address: &str) {
        if !self.used.contains(address) {
            self.used.insert(address.to_string());
        }
    }

    /// A block begins that stands in no other: what lies between the one before and it was not said.
    pub(super) fn pass(&mut self, source: &str, next: Range<usize>) {
        if !source[self.passed.min(next.start)..next.start].trim().is_empty() {
            self.gaps.push(self.passed..next.start);
        }
        self.passed = next.end.max(self.passed);
    }

    /// What nothing came of, in the order of the file.
    pub(super) fn find(mut self, source: &str) -> Vec<Range<usize>> {
        self.pass(source, source.len()..source.len());
        self.defined.sort_by_key(|(span, _)| span.start);
        let unused = self.defined.iter().filter(|(_, address)| !self.used.contains(address));
        let mut unsaid: Vec<_> = unused.map(|(span, _)| span.clone()).collect();
        for gap in &self.gaps {
            let first = self.defined.partition_point(|(span, _)| span.start < gap.start);
            let mut from = gap.start;
            for (span, _) in self.defined[first..].iter().take_while(|(span, _)| span.end <= gap.end) {
                unsaid.push(from..span.start.max(from));
                from = span.end;
            }
            unsaid.push(from..gap.end);
        }
        for range in &mut unsaid {
            range.end = range.start + source[range.clone()].trim_end().len();
            range.start = range.end - source[range.clone()].trim_start().len();
        }
        unsaid.retain(|range| !range.is_empty());
        unsaid.sort_by_key(|range| range.start);
        unsaid
    }
}

//! Rules DOC under random texts and edits. Proptest prints the smallest failing case and the seed that finds it again.

use crdt::document::diff::Source;
use crdt::document::elements::Elements;
use crdt::document::{Block, EditError, Run, Text};
use proptest::prelude::*;

use crate::chance::*;
use crate::people::*;

proptest! {
    #[test]
    fn doc1_a_seeded_text_reads_as_its_blocks(wanted in arb_blocks()) {
        let (text, change) = Text::seed(&wanted, &session("Inés", 0)).unwrap();
        prop_assert_eq!(text.blocks(), wanted.clone());
        prop_assert_eq!(Text::load_with(&[], [change.as_slice()]).unwrap().blocks(), wanted);
    }

    #[test]
    fn doc11_a_text_becomes_the_blocks_it_should(old in arb_blocks(), new in arb_blocks()) {
        let (mut text, _) = Text::seed(&old, &session("Inés", 0)).unwrap();
        let edited = text.become_blocks(&session("Samir", 0), &new, Source::Whole).unwrap();
        let found = text.blocks();
        prop_assert_eq!(&found, &edited.value.result);
        let without_ids = |blocks: &[Block]| blocks.iter().map(|block| (block.kind.clone(), block.runs.clone())).collect::<Vec<_>>();
        prop_assert_eq!(without_ids(&found), without_ids(&new));
        prop_assert_eq!(Text::load(&text.save()).unwrap().blocks(), found);
    }

    /// Inés and Samir each bring a corrected file at once.
    #[test]
    fn doc11_two_corrected_files_merge_alike_for_both(base in arb_blocks(), one in arb_blocks(), other in arb_blocks()) {
        let (base, _) = Text::seed(&base, &session("secretariat", 0)).unwrap();
        let (mut ines, mut samir) = (Desk::of("Inés", &base), Desk::of("Samir", &base));
        for (desk, wanted) in [(&mut ines, &one), (&mut samir, &other)] {
            let edited = desk.text.become_blocks(&desk.writer, wanted, Source::Whole).unwrap();
            desk.changes.extend(edited.change);
        }
        meet(&mut [&mut ines, &mut samir]);
        prop_assert_eq!(ines.text.read(), samir.text.read());
        prop_assert_eq!(Text::load(&ines.text.save()).unwrap().read(), samir.text.read());
        let ids: std::collections::BTreeSet<_> = ines.text.blocks().iter().map(|block| block.id).collect();
        prop_assert_eq!(ids.len(), ines.text.blocks().len(), "every block has an id of its own");
        ines.text.repair(&session("service", 0)).unwrap();
        let repaired = ines.text.read();
        prop_assert_eq!(&repaired.blocks, &samir.text.read().blocks, "a repair changes nothing that is seen");
        prop_assert!(repaired.repairs.is_empty());
    }

    #[test]
    fn doc11_words_that_nobody_changed_keep_their_elements(wanted in arb_blocks(), at in any::<prop::sample::Index>(), word in "[a-z]{3}") {
        let (mut text, _) = Text::seed(&wanted, &session("Inés", 0)).unwrap();
        let before: Vec<_> = Elements::of(&text).within(0..text.length_utf16()).map(|(element, _)| element).collect();
        let mut changed = wanted.clone();
        let block = at.get(&wanted).id;
        changed.iter_mut().find(|other| other.id == block).unwrap().push(Run::plain(format!(" {word}")));
        text.become_blocks(&session("Samir", 0), &changed, Source::Whole).unwrap();
        let after: Vec<_> = Elements::of(&text).within(0..text.length_utf16()).map(|(element, _)| element).collect();
        let kept = after.iter().filter(|element| before.contains(element)).count();
        // The last word may be replaced, when the new one joins it.
        let last = wanted.iter().find(|other| other.id == block).unwrap().words().chars().rev().take_while(|c| *c != ' ').count();
        prop_assert!(kept + last >= before.len(), "{kept} of {} kept", before.len());
    }

    /// Samir and Adaeze write, sometimes at once. Whoever looks back finds what a replay of the history finds.
    #[test]
    fn doc34_a_text_reads_as_it_did_whatever_was_written_since_or_beside_it(
        base in arb_blocks(),
        deeds in proptest::collection::vec((0..2_usize, any::<bool>(), arb_deed()), 1..16),
    ) {
        let (seeded, _) = Text::seed(&base, &session("secretariat", 0)).unwrap();
        let mut desks = [Desk::of("Samir", &seeded), Desk::of("Adaeze", &seeded)];
        let mut moments = vec![seeded.heads()];
        for (who, meets, deed) in &deeds {
            does(&mut desks[*who], deed);
            moments.push(desks[*who].text.heads());
            let [one, other] = &mut desks;
            if *meets { meet(&mut [one, other]); }
        }
        let [one, other] = &mut desks;
        meet(&mut [one, other]);
        let now = &one.text;
        for heads in &moments {
            let (seen, replayed) = (now.then(heads).unwrap(), now.at(heads).unwrap());
            prop_assert_eq!(seen.heads(), replayed.heads());
            prop_assert_eq!(seen.read(), replayed.read());
            let all = |elements: Elements, length| elements.within(0..length).collect::<Vec<_>>();
            let length = replayed.length_utf16();
            prop_assert_eq!(all(seen.elements(), length + 1), all(Elements::of(&replayed), length + 1));
            for before in moments.iter().filter(|before| replayed.knows(before)) {
                prop_assert_eq!(seen.deletions_since(before), replayed.now().deletions_since(before));
            }
        }
    }

    #[test]
    fn anc1_the_list_of_elements_is_what_automerge_says_at_each_offset(wanted in arb_blocks(), edits in proptest::collection::vec((any::<prop::sample::Index>(), arb_words()), 0..6)) {
        let (mut text, _) = Text::seed(&wanted, &session("Inés", 0)).unwrap();
        for (number, (at, words)) in (1..).zip(edits) {
            let at = at.index(text.length_utf16()) + 1;
            // Places inside a letter are refused, which is as good.
            let done = text.edit(&session("Samir", number), |edit| edit.splice(at..at, &words));
            let is_fine = matches!(done, Ok(_) | Err(EditError::InsideLetter { .. }));
            prop_assert!(is_fine);
        }
        let raw = automerge::Automerge::load_with_options(&text.save(), automerge::LoadOptions::new().text_encoding(automerge::TextEncoding::Utf16CodeUnit)).unwrap();
        use automerge::ReadDoc;
        let (_, object) = raw.get(automerge::ROOT, "text").unwrap().unwrap();
        let elements = Elements::of(&text);
        for offset in 0..text.length_utf16() {
            let (_, id) = raw.get(&object, offset).unwrap().unwrap();
            prop_assert_eq!(elements.at(offset).unwrap().to_string(), id.to_string());
        }
        prop_assert_eq!(elements.at(text.length_utf16()), None);
    }
}

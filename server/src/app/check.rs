//! Checking: can everything be read, and is the audit log unbroken?

use sha2::{Digest, Sha256};

use super::App;
use super::refusal::Refusal;
use crate::store::StoreError;

impl App {
    /// Read every text, every sealed milestone and the whole audit log; answer with what was found, or the first fault.
    pub async fn check(&self) -> Result<String, Refusal> {
        let register = self.directory.register();
        let (mut texts, mut sealed) = (0, 0);
        for paper in register.papers() {
            for (text, _) in paper.texts() {
                self.live.text(text).await?;
                texts += 1;
            }
            for milestone in self.milestones(paper.id).await? {
                if !milestone.is_whole() {
                    let what = format!("milestone {}", milestone.id);
                    return Err(damaged(what, "its digest is not that of its texts"));
                }
                for text in &milestone.texts {
                    self.sealed_blocks(text).await?;
                }
                sealed += 1;
            }
        }
        let entries = self.check_audit().await?;
        let papers = register.papers().len();
        Ok(format!(
            "all readable: papers {papers}, texts {texts}, milestones {sealed}, audit entries {entries}"
        ))
    }

    async fn check_audit(&self) -> Result<u64, Refusal> {
        let (mut last, mut before) = (0, [0; 32]);
        loop {
            let part = self.store.audit(last, 1_000).await?;
            if part.is_empty() {
                return Ok(last);
            }
            for entry in part {
                let expected: [u8; 32] =
                    Sha256::new().chain_update(before).chain_update(&entry.json).finalize().into();
                if entry.seq != last + 1 || entry.hash != expected {
                    return Err(damaged(
                        format!("entry {} of the audit log", entry.seq),
                        "the chain breaks here",
                    ));
                }
                (last, before) = (entry.seq, entry.hash);
            }
        }
    }
}

fn damaged(what: String, detail: &str) -> Refusal {
    StoreError::Corrupt { what, detail: detail.to_owned() }.into()
}

//! Where seals are also written, outside the database: a file with one line of JSON for each.
//!
//! Who may change everything in the database can make it agree with itself again, or take
//! the newest events and their seals away together. This file then still says what was there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take, Write};
use std::path::{Path, PathBuf};

use super::error::AuditError;
use super::seal::Seal;

/// More than the longest line has, newline included.
const LONGEST_LINE: u64 = 1_024;

#[derive(Clone, Debug)]
pub(super) struct Witness(PathBuf);

impl Witness {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.into())
    }

    /// The newest seal witnessed. A line that a crash left unfinished is taken away: its seal
    /// is in the database, and is written again.
    pub(super) fn mend(&self) -> Result<Option<Seal>, AuditError> {
        if let Some(directory) = self.0.parent() {
            fs::create_dir_all(directory).map_err(|error| self.refused(error))?;
        }
        let mended = || -> io::Result<Vec<u8>> {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let mut file = options.open(&self.0)?;
            let length = file.metadata()?.len();
            let from = length.saturating_sub(2 * LONGEST_LINE);
            let mut end = Vec::new();
            file.seek(SeekFrom::Start(from))?;
            file.read_to_end(&mut end)?;
            let whole = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            end.truncate(whole);
            file.set_len(from + whole as u64)?;
            file.sync_all()?;
            Ok(end)
        };
        let end = mended().map_err(|error| self.refused(error))?;
        let last = end.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
        last.filter(|line| !line.is_empty()).map(|line| self.parsed(line)).transpose()
    }

    /// Returns once the seals are on the disk.
    pub(super) fn append(&self, seals: &[Seal]) -> Result<(), AuditError> {
        let appended = || -> io::Result<()> {
            let mut lines = Vec::new();
            for seal in seals {
                serde_json::to_writer(&mut lines, seal)?;
                lines.push(b'\n');
            }
            let mut file = OpenOptions::new().append(true).open(&self.0)?;
            file.write_all(&lines)?;
            file.sync_data()
        };
        appended().map_err(|error| self.refused(error))
    }

    /// What has been witnessed up to now, from the first; none where there is no such file.
    pub(super) fn read(&self) -> Result<Option<Witnessed>, AuditError> {
        let file = match File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.refused(error)),
        };
        let length = file.metadata().map_err(|error| self.refused(error))?.len();
        let lines = BufReader::new(file.take(length));
        let mut witnessed = Witnessed { witness: self.clone(), lines, next: None };
        witnessed.next = witnessed.line()?;
        Ok(Some(witnessed))
    }

    fn parsed(&self, line: &[u8]) -> Result<Seal, AuditError> {
        serde_json::from_slice(line)
            .map_err(|source| AuditError::Witness { path: self.0.clone(), source })
    }

    fn refused(&self, source: io::Error) -> AuditError {
        AuditError::File { path: self.0.clone(), source }
    }
}

/// The seals in the file, oldest first, up to its end as it was when reading began.
pub(super) struct Witnessed {
    witness: Witness,
    lines: BufReader<Take<File>>,
    next: Option<Seal>,
}

impl Witnessed {
    /// The seal of this number, if it was witnessed. Numbers are asked for in order.
    pub(super) fn seal(&mut self, number: i64) -> Result<Option<Seal>, AuditError> {
        while let Some(seal) = self.next.take_if(|seal| seal.number <= number) {
            self.next = self.line()?;
            if seal.number == number {
                return Ok(Some(seal));
            }
        }
        Ok(None)
    }

    /// The newest that was not asked for yet.
    pub(super) fn newest(mut self) -> Result<Option<Seal>, AuditError> {
        let mut newest = None;
        while let Some(seal) = self.next.take() {
            newest = Some(seal);
            self.next = self.line()?;
        }
        Ok(newest)
    }

    fn line(&mut self) -> Result<Option<Seal>, AuditError> {
        let mut line = Vec::new();
        let read = self.lines.read_until(b'\n', &mut line);
        read.map_err(|error| self.witness.refused(error))?;
        // One without its end is being written just now.
        line.ends_with(b"\n").then(|| self.witness.parsed(&line)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use tempfile::TempDir;

    use super::*;
    use crate::seals::bytes::Digest;
    use crate::seals::key::SealKey;

    fn chain(length: usize) -> Vec<Seal> {
        let key: SealKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".parse().expect("a key");
        let now = chrono::DateTime::from_timestamp_micros(Utc::now().timestamp_micros());
        let mut seals: Vec<Seal> = vec![];
        for _ in 0..length {
            let leaf = [Digest::new([1; 32])];
            seals.push(Seal::close(&key, seals.last(), &leaf, now.expect("a time")));
        }
        seals
    }

    #[test]
    fn what_was_witnessed_is_found_by_number_and_the_newest_by_itself() {
        let home = TempDir::new().expect("a directory");
        let witness = Witness::new(&home.path().join("not/there/seals.jsonl"));
        assert!(witness.read().expect("nothing wrong").is_none());
        assert_eq!(witness.mend().expect("made"), None);
        let seals = chain(9);
        witness.append(&seals[..2]).expect("written");
        witness.append(&seals[4..]).expect("written");
        assert_eq!(witness.mend().expect("whole").as_ref(), seals.last());

        let mut witnessed = witness.read().expect("readable").expect("there");
        assert_eq!(witnessed.seal(2).expect("read").as_ref(), Some(&seals[1]));
        assert_eq!(witnessed.seal(4).expect("read"), None, "made by another node");
        assert_eq!(witnessed.seal(5).expect("read").as_ref(), Some(&seals[4]));
        assert_eq!(witnessed.newest().expect("read").as_ref(), seals.last());
    }

    #[test]
    fn a_line_that_a_crash_left_unfinished_does_not_count_and_goes() {
        let home = TempDir::new().expect("a directory");
        let path = home.path().join("seals.jsonl");
        let witness = Witness::new(&path);
        witness.mend().expect("made");
        let seals = chain(5);
        witness.append(&seals).expect("written");
        let whole = fs::read(&path).expect("read");
        for cut in 1..300 {
            fs::write(&path, &whole[..whole.len() - cut]).expect("torn");
            let witnessed = witness.read().expect("readable").expect("there");
            assert_eq!(witnessed.newest().expect("read").as_ref(), Some(&seals[3]), "{cut}");
            assert_eq!(witness.mend().expect("mended").as_ref(), Some(&seals[3]), "{cut}");
            witness.append(&seals[4..]).expect("written again");
            assert_eq!(fs::read(&path).expect("read"), whole);
        }
    }
}

//! Migrations are numbered without gaps, so that two of the same number, made on two
//! branches, meet here and not in somebody's database.

use std::path::{Path, PathBuf};

use super::Finding;

pub(super) fn check(files: &[PathBuf]) -> Vec<Finding> {
    let mut names: Vec<&str> = files
        .iter()
        .filter(|file| file.parent() == Some(Path::new("migrations")))
        .filter_map(|file| file.file_name()?.to_str())
        .filter(|name| has_extension(name, "sql"))
        .collect();
    names.sort_unstable();

    let mut findings = Vec::new();
    for (expected, name) in (1..).zip(names) {
        let place = format!("migrations/{name}");
        match number(name) {
            None => findings.push(Finding::new(place, "name it 0001_what_it_does.sql")),
            Some(found) if found != expected => {
                let rule =
                    format!("number {expected:04} is next; numbers have no gaps and no doubles");
                findings.push(Finding::new(place, rule));
                break;
            }
            Some(_) => {}
        }
    }
    findings
}

/// `0007_who_blocks_whom.sql` is 7.
fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.strip_suffix(".sql")?.split_once('_')?;
    let is_snake_case = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    let well_formed = digits.len() == 4 && !rest.is_empty() && rest.chars().all(is_snake_case);
    well_formed.then(|| digits.parse().ok()).flatten()
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(names: &[&str]) -> Vec<String> {
        let files: Vec<_> = names.iter().map(|name| Path::new("migrations").join(name)).collect();
        check(&files).into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn numbers_follow_each_other_and_other_files_do_not_count() {
        assert!(findings(&["0002_views.sql", "0001_events.sql", "README.md"]).is_empty());
    }

    #[test]
    fn gaps_doubles_and_other_names_are_found() {
        assert_eq!(findings(&["0001_a.sql", "0003_b.sql"]), ["migrations/0003_b.sql"]);
        assert_eq!(findings(&["0001_a.sql", "0001_b.sql"]), ["migrations/0001_b.sql"]);
        assert_eq!(findings(&["1_a.sql"]), ["migrations/1_a.sql"]);
        assert_eq!(findings(&["0001_Events.sql"]), ["migrations/0001_Events.sql"]);
    }
}

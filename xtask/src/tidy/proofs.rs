//! Tests that documents rest on are there.

use std::collections::HashSet;

use super::Finding;

/// Where each sentence names the test that holds it.
const DOCUMENTS: [&str; 2] = ["docs/security.md", "docs/threat-model.md"];

/// Names of functions are told from other code by their length.
const FEWEST_WORDS: usize = 4;

pub(super) fn is_proven(file: &str) -> bool {
    DOCUMENTS.contains(&file)
}

/// The functions of one source.
pub(super) fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next())
}

pub(super) fn check(file: &str, text: &str, functions: &HashSet<String>) -> Vec<Finding> {
    let mut findings = vec![];
    for (number, line) in (1..).zip(text.lines()) {
        for code in line.split('`').skip(1).step_by(2) {
            if is_test(code) && !functions.contains(code) {
                findings.push(Finding::new(
                    format!("{file}:{number}"),
                    format!("no test is named {code} (any more): who holds this sentence?"),
                ));
            }
        }
    }
    findings
}

fn is_test(code: &str) -> bool {
    code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && code.split('_').count() >= FEWEST_WORDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_named_must_be_there() {
        let source = "async fn who_asks_is_answered() {}\nfn other<T>() {}";
        let known: HashSet<String> = functions(source).map(str::to_owned).collect();
        let text = "held by `who_asks_is_answered`, in `rate_limits`\nby `nobody_asks_for_it`";
        let findings = check("docs/security.md", text, &known);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].place, "docs/security.md:2");
    }
}

//! The guide to testing aggregates shows code that is compiled and run.

use std::fs;
use std::path::Path;

/// The guide's excerpts: the file each is said to be from, and its lines without indentation.
fn excerpts(guide: &str) -> Vec<(&str, Vec<&str>)> {
    let mut excerpts = vec![];
    let mut lines = guide.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(file) = line.strip_prefix("```rust file=") {
            excerpts.push((file, lines.by_ref().take_while(|line| *line != "```").collect()));
        }
    }
    excerpts
}

#[test]
fn every_excerpt_of_the_guide_is_in_the_source_it_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| fs::read_to_string(root.join(file)).expect(file);
    let guide = read("docs/testing-aggregates.md");
    let excerpts = excerpts(&guide);
    assert!(excerpts.len() >= 5, "the guide has lost its excerpts");
    let rule: usize = excerpts[..4].iter().map(|(_, lines)| lines.len()).sum();
    assert_eq!(rule, 10, "a rule takes ten lines, as the guide says");
    for (file, excerpt) in excerpts {
        let source = read(file);
        let lines: Vec<_> = source.lines().map(str::trim).collect();
        let found = lines.windows(excerpt.len()).any(|lines| lines == excerpt);
        assert!(found, "{file} no longer reads\n{}", excerpt.join("\n"));
    }
}

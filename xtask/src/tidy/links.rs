//! Links between documents, and from documents to code, lead somewhere.

use std::path::Path;

use super::Finding;

pub(super) fn check(file: &Path, text: &str) -> Vec<Finding> {
    let folder = file.parent().unwrap_or(Path::new(""));
    links(text)
        .filter(|(_, target)| !folder.join(target).exists())
        .map(|(line, target)| {
            Finding::new(format!("{}:{line}", file.display()), format!("no such file: {target}"))
        })
        .collect()
}

/// The files a document links to, with the line of each link. Addresses and places
/// inside the same document are not files; what stands in code is not a link.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    let prose = (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    prose.flat_map(|(number, line)| {
        line.split("](").skip(1).filter_map(move |rest| {
            let target = rest.split([')', ' ', '#']).next()?;
            let is_file = !target.is_empty() && !target.contains(':');
            is_file.then_some((number, target))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_files_are_followed() {
        let text = "[a](docs/a.md#part) and [b](https://example.com), [c](#here)\n\
                    ```\n[d](code)\n```\n![e](e.png \"title\")";
        let found: Vec<_> = links(text).collect();
        assert_eq!(found, [(1, "docs/a.md"), (5, "e.png")]);
    }

    #[test]
    fn a_link_is_seen_from_its_documents_folder() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let document = manifest.join("src/README.md");
        assert!(check(&document, "[fine](../Cargo.toml)").is_empty());
        assert_eq!(check(&document, "[gone](Cargo.toml)").len(), 1);
    }
}

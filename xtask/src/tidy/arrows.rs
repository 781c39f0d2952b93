//! Between crates, arrows point one way.

use anyhow::{Context, Result};

use super::Finding;
use crate::process::answer;

/// Each crate of ours, and those of ours it may know.
const ARROWS: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("personal-data", &["domain"]),
    ("batching", &[]),
    ("franking", &["domain"]),
    ("commands", &["batching", "domain", "personal-data", "franking"]),
    ("projections", &["batching", "domain", "personal-data", "franking"]),
    ("broker", &[]),
    ("embedded-postgres", &[]),
    ("api", &["batching", "commands", "projections", "broker", "domain", "embedded-postgres"]),
    ("test-database", &[]),
    ("test-nats", &[]),
    ("xtask", &["embedded-postgres"]),
];

pub(super) fn check() -> Result<Vec<Finding>> {
    let metadata = answer("cargo", &["metadata", "--format-version=1", "--no-deps", "--offline"])
        .context("asking cargo for the crates")?;
    check_metadata(&serde_json::from_str(&metadata)?).context("cargo's metadata has another shape")
}

fn check_metadata(metadata: &serde_json::Value) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array()? {
        let name = package["name"].as_str()?;
        let place = format!("{name}/Cargo.toml");
        let Some((_, allowed)) = ARROWS.iter().find(|(crate_name, _)| *crate_name == name) else {
            findings
                .push(Finding::new(place, "a new crate: say in xtask's arrows whom it may know"));
            continue;
        };
        for dependency in package["dependencies"].as_array()? {
            // Tests may go around: a black-box test brings its own database.
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            let dependency = dependency["name"].as_str()?;
            let is_ours = ARROWS.iter().any(|(crate_name, _)| *crate_name == dependency);
            if is_ours && !allowed.contains(&dependency) {
                let rule = format!("`{name}` must not know `{dependency}`: arrows point one way");
                findings.push(Finding::new(place.clone(), rule));
            }
        }
    }
    Some(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates(name: &str, dependency: &str, kind: Option<&str>) -> serde_json::Value {
        serde_json::json!({"packages": [
            {"name": name, "dependencies": [{"name": dependency, "kind": kind}]},
        ]})
    }

    #[test]
    fn commands_and_projections_do_not_know_each_other() {
        let findings = check_metadata(&crates("commands", "projections", None)).expect("checked");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].rule.contains("`commands` must not know `projections`"));
    }

    #[test]
    fn arrows_that_point_the_right_way_and_those_of_tests_are_fine() {
        for (name, dependency, kind) in [
            ("api", "commands", None),
            ("commands", "tokio", None),
            ("commands", "api", Some("dev")),
        ] {
            assert_eq!(check_metadata(&crates(name, dependency, kind)), Some(Vec::new()));
        }
    }

    #[test]
    fn a_crate_nobody_thought_about_is_a_finding() {
        let findings = check_metadata(&crates("helpers", "serde", None)).expect("checked");
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}

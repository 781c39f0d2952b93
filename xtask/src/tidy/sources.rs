//! What source files must not hold, and how long they may be.

use std::path::Path;

use super::Finding;

/// Over this, a file is about more than one thing.
const LINES: usize = 400;

/// A text that must not stand in certain files. Written apart, so that this file does
/// not find itself.
struct Ban {
    text: &'static str,
    applies: fn(path: &str) -> bool,
    rule: &'static str,
}

const BANS: [Ban; 8] = [
    Ban { text: concat!("dbg", "!("), applies: is_rust, rule: "left over from debugging" },
    Ban { text: concat!("todo", "!("), applies: is_rust, rule: "not done yet" },
    Ban { text: concat!("unimplemented", "!("), applies: is_rust, rule: "not done yet" },
    Ban {
        text: concat!("#[", "allow("),
        applies: is_rust,
        rule: "write #[expect] with a reason: it speaks up once it is no longer needed",
    },
    Ban {
        text: concat!("#![", "allow("),
        applies: is_rust,
        rule: "lints are set in the workspace",
    },
    Ban { text: concat!("sqlx::", "query"), applies: is_route, rule: NO_SQL_IN_ROUTES },
    Ban { text: concat!("QueryBuilder", "::"), applies: is_route, rule: NO_SQL_IN_ROUTES },
    Ban {
        text: concat!("console", ".log("),
        applies: is_frontend,
        rule: "left over from debugging",
    },
];

const NO_SQL_IN_ROUTES: &str = "a route asks `commands` or `projections`; SQL lives there";

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let code = if is_rust(path) { without_unit_tests(text) } else { text };
    let mut findings = Vec::new();
    if !is_test(path) && !is_generated(path) {
        let lines = code.lines().count();
        if lines > LINES {
            let rule = format!("{lines} lines; over {LINES}, split it by reason to change");
            findings.push(Finding::new(path, rule));
        }
        findings.extend(tables_made(path, code));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let line = without_comment(line);
        for ban in BANS.iter().filter(|ban| (ban.applies)(path) && line.contains(ban.text)) {
            let rule = format!("`{}`: {}", ban.text, ban.rule);
            findings.push(Finding::new(format!("{path}:{number}"), rule));
        }
    }
    findings
}

/// Tables are made by migrations. A rebuild may copy one, which SQL spells `LIKE`.
fn tables_made(path: &str, code: &str) -> Vec<Finding> {
    const MAKES: &str = concat!("CREATE ", "TABLE");
    if !is_rust(path) {
        return Vec::new();
    }
    let copies = |statement: &str| path.starts_with("projections/") && statement.contains("LIKE ");
    let upper =
        code.lines().map(without_comment).collect::<Vec<_>>().join("\n").to_ascii_uppercase();
    upper
        .match_indices(MAKES)
        .filter(|(at, _)| !copies(upper[*at..].split(';').next().unwrap_or_default()))
        .map(|(at, _)| {
            let line = upper[..at].split('\n').count();
            Finding::new(
                format!("{path}:{line}"),
                "tables are made in migrations/ and nowhere else",
            )
        })
        .collect()
}

/// Unit tests lie under the code, and are as long as there are rules to test.
fn without_unit_tests(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]\nmod ").map_or(text, |(code, _)| code)
}

/// Up to a comment that the line starts with or that follows a space; `https://` is none.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split(" // ").next().unwrap_or_default()
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn is_route(path: &str) -> bool {
    path.starts_with("api/src/routes")
}

fn is_frontend(path: &str) -> bool {
    path.starts_with("frontend/src/")
}

fn is_test(path: &str) -> bool {
    // Benchmarks are examples, and set up the peers they compare with.
    let marks = ["/tests/", "/tests.rs", "_tests.rs", "/examples/", "/e2e/", ".test."];
    marks.iter().any(|mark| path.contains(mark))
}

fn is_generated(path: &str) -> bool {
    path.ends_with(".d.ts")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<String> {
        check(path, text).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn what_is_left_over_is_found_in_code_and_not_in_comments() {
        let text = concat!("fn f() {\n    dbg", "!(1);\n    // todo", "!()\n}\n");
        let found = rules("domain/src/match.rs", text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("domain/src/match.rs:2: "), "{found:?}");
    }

    #[test]
    fn sql_stands_in_routes_of_no_kind() {
        let text = concat!("let row = sqlx::", "query_as!(Row, \"SELECT 1\");\n");
        assert_eq!(rules("api/src/routes/matches.rs", text).len(), 1);
        assert!(rules("projections/src/models/matches.rs", text).is_empty());
    }

    #[test]
    fn tables_are_made_by_migrations_and_copied_by_rebuilds() {
        let make = concat!("\"CREATE ", "TABLE matches (id uuid)\"");
        let copy = concat!("\"CREATE ", "TABLE matches_new (LIKE matches INCLUDING ALL)\"");
        assert_eq!(rules("projections/src/rebuild.rs", make).len(), 1);
        assert!(rules("projections/src/rebuild.rs", copy).is_empty());
        assert_eq!(rules("commands/src/store/append.rs", copy).len(), 1);
        assert!(rules("commands/tests/append.rs", make).is_empty());
        assert!(rules("commands/src/a.rs", &format!("// once {make}")).is_empty());
    }

    #[test]
    fn long_code_is_found_and_long_tests_are_not() {
        let long = "let x = 1;\n".repeat(LINES + 1);
        assert_eq!(rules("api/src/main.rs", &long).len(), 1);
        assert!(rules("api/tests/journey.rs", &long).is_empty());
        assert!(
            rules(
                "api/src/main.rs",
                &format!("fn main() {{}}\n\n#[cfg(test)]\nmod tests {{\n{long}}}")
            )
            .is_empty()
        );
        assert!(rules("frontend/src/lib/api/schema.d.ts", &long).is_empty());
    }
}

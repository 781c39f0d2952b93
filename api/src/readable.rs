//! JSON as a page for people: what has fields becomes a list of them, rows a table. Every text
//! is text, whatever is written in it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A whole document. It has no style of its own: the policy of the site allows none inside.
pub fn page(title: &str, value: &Value) -> String {
    let mut html =
        String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.push_str("<meta name=\"color-scheme\" content=\"light dark\">");
    let _ = write!(html, "<title>{0}</title></head><body><h1>{0}</h1>", escaped(title));
    match value {
        Value::Object(sections) => {
            for (name, section) in sections {
                let _ = write!(html, "<h2>{}</h2>", escaped(&words(name)));
                put(&mut html, section);
            }
        }
        other => put(&mut html, other),
    }
    html.push_str("</body></html>\n");
    html
}

fn put(html: &mut String, value: &Value) {
    match value {
        Value::Null => html.push('–'),
        Value::Bool(yes) => html.push_str(if *yes { "yes" } else { "no" }),
        Value::Number(number) => html.push_str(&number.to_string()),
        Value::String(text) => html.push_str(&escaped(text)),
        Value::Array(items) if items.is_empty() => html.push_str("<p>Nothing.</p>"),
        Value::Array(items) => put_items(html, items),
        Value::Object(fields) => {
            html.push_str("<dl>");
            for (name, field) in fields {
                let _ = write!(html, "<dt>{}</dt><dd>", escaped(&words(name)));
                put(html, field);
                html.push_str("</dd>");
            }
            html.push_str("</dl>");
        }
    }
}

/// Rows of one kind are a table, whatever else a list.
fn put_items(html: &mut String, items: &[Value]) {
    let rows: Option<Vec<&Map<String, Value>>> = items.iter().map(Value::as_object).collect();
    let Some(rows) = rows else {
        html.push_str("<ul>");
        for item in items {
            html.push_str("<li>");
            put(html, item);
            html.push_str("</li>");
        }
        html.push_str("</ul>");
        return;
    };
    let mut columns: Vec<&String> = vec![];
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    html.push_str("<table border=\"1\"><thead><tr>");
    for name in &columns {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(&words(name)));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for name in &columns {
            html.push_str("<td>");
            put(html, row.get(*name).unwrap_or(&Value::Null));
            html.push_str("</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
}

/// `ratingsGiven` as people write it.
fn words(name: &str) -> String {
    let mut words = String::new();
    for (place, letter) in name.chars().enumerate() {
        if letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else if place == 0 {
            words.extend(letter.to_uppercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let nasty = "<script>alert('1 & \"2\"')</script>";
        let html =
            page(nasty, &json!({ "messages": [{ nasty: nasty }], "account": { "bio": nasty } }));
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)"), "{html}");
    }

    #[test]
    fn rows_are_a_table_under_the_names_of_their_fields() {
        let html =
            page("All", &json!({ "ratingsGiven": [{ "score": 5, "of": "bob" }, { "score": 4 }] }));
        assert!(html.contains("<h2>Ratings given</h2><table"), "{html}");
        assert!(html.contains("<th scope=\"col\">Score</th>"), "{html}");
        assert!(html.contains("<td>–</td>"), "{html}");
    }
}

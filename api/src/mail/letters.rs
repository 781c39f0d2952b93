//! The letters' words, as text and as HTML.

use super::Letter;
use super::tokens::{PIN_MINUTES, Purpose};
use crate::auth::origin::Origin;

/// A letter, ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: &'static str,
    pub text: String,
    pub html: String,
}

/// What a letter is written from.
pub struct Facts<'a> {
    pub origin: &'a Origin,
    pub username: &'a str,
    pub token: &'a str,
    pub pin: &'a str,
}

/// One letter's parts; both forms are made of them.
struct Draft {
    subject: &'static str,
    opening: &'static str,
    /// Path and words of the one button.
    action: Option<(String, &'static str)>,
    /// Shown large.
    pin: Option<String>,
    closing: String,
}

pub fn write(letter: Letter, facts: &Facts<'_>) -> Written {
    let draft = draft(letter, facts);
    Written { subject: draft.subject, text: text(&draft, facts), html: html(&draft, facts) }
}

fn draft(letter: Letter, facts: &Facts<'_>) -> Draft {
    match letter {
        Letter::ConfirmAddress => Draft {
            subject: "Confirm your mail address",
            opening: "Welcome to the floor. Confirm your mail address, so that you can find your \
                      account again whatever happens to your phone.",
            action: Some((format!("/verify-email#token={}", facts.token), "Confirm my address")),
            pin: Some(facts.pin.to_owned()),
            closing: format!(
                "The link is good for {} hours, the PIN for {PIN_MINUTES} minutes. If you did not \
                 register, do nothing: nobody can use your address without this mail.",
                Purpose::ConfirmAddress.hours()
            ),
        },
        Letter::ConfirmNewAddress => Draft {
            subject: "Confirm your new mail address",
            opening: "This address is to become that of your account. Until you confirm it, the \
                      old one stays.",
            action: Some((format!("/verify-email#token={}", facts.token), "Use this address")),
            pin: Some(facts.pin.to_owned()),
            closing: format!(
                "The link is good for {} hours, the PIN for {PIN_MINUTES} minutes. If you did not \
                 ask for this, do nothing: then nothing changes.",
                Purpose::ChangeAddress.hours()
            ),
        },
        Letter::AddressChanging => Draft {
            subject: "Your mail address is about to change",
            opening: "Somebody who knows your password, most likely you, has asked to move your \
                      account to another mail address. Once that one is confirmed, this one is \
                      not your account's any more.",
            action: Some(("/forgot-password".to_owned(), "It was not me")),
            pin: None,
            closing: "If it was you, all is well. If not, set a new password now: that stops it, \
                      and signs out whoever asked."
                .to_owned(),
        },
        Letter::ResetPassword => Draft {
            subject: "Set a new password",
            opening: "Somebody, most likely you, asked for a new password for your account.",
            action: Some((format!("/reset-password#token={}", facts.token), "Set a new password")),
            pin: None,
            closing: "The link is good for one hour and works once. If it was not you, do \
                      nothing: your password stays as it is."
                .to_owned(),
        },
        Letter::PasswordChanged => Draft {
            subject: "Your password was changed",
            opening: "The password of your account has just been changed, and you were signed \
                      out on your other devices.",
            action: Some(("/forgot-password".to_owned(), "It was not me")),
            pin: None,
            closing: "If it was you, all is well and there is nothing to do.".to_owned(),
        },
        Letter::PasskeyAdded => Draft {
            subject: "A passkey was added",
            opening: "A passkey was added to your account, by somebody who knows your password. \
                      From now on it signs in, with no password typed.",
            action: Some(("/forgot-password".to_owned(), "It was not me")),
            pin: None,
            closing: "If it was you, all is well. If not, set a new password now: that removes \
                      all passkeys, and signs out whoever is signed in."
                .to_owned(),
        },
    }
}

fn text(draft: &Draft, facts: &Facts<'_>) -> String {
    let mut parts = vec![format!("Hello {},", facts.username), draft.opening.to_owned()];
    if let Some((path, words)) = &draft.action {
        parts.push(format!("{words}:\n{}{path}", facts.origin));
    }
    if let Some(pin) = &draft.pin {
        parts.push(format!("Or type this PIN: {pin}"));
    }
    parts.push(draft.closing.clone());
    parts.push(format!("spotlight.cam\n{}", facts.origin));
    parts.join("\n\n")
}

/// Styles are inline, as many mail programs drop all others; no picture is loaded from anywhere.
fn html(draft: &Draft, facts: &Facts<'_>) -> String {
    let mut parts = vec![format!(
        "<p style=\"margin:0 0 16px\">Hello {},</p><p style=\"margin:0 0 24px\">{}</p>",
        escaped(facts.username),
        draft.opening
    )];
    if let Some((path, words)) = &draft.action {
        let href = escaped(&format!("{}{path}", facts.origin));
        parts.push(format!(
            "<p style=\"margin:0 0 24px\"><a href=\"{href}\" style=\"display:inline-block;\
             padding:14px 24px;border-radius:12px;background:#FFB84D;color:#1A1203;\
             font-weight:600;text-decoration:none\">{words}</a></p>"
        ));
    }
    if let Some(pin) = &draft.pin {
        parts.push(format!(
            "<p style=\"margin:0 0 8px\">Or type this PIN:</p><p style=\"margin:0 0 24px;\
             font-size:28px;font-weight:700;letter-spacing:6px\">{pin}</p>"
        ));
    }
    let body = parts.concat();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\
         <body style=\"margin:0;padding:24px;background:#F2EEF9;color:#1B1526;\
         font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\
         <div style=\"max-width:520px;margin:0 auto;padding:32px 24px;border-radius:12px;\
         background:#FFFFFF\"><p style=\"margin:0 0 24px;font-weight:700;color:#8A5200\">\
         spotlight.cam</p><h1 style=\"margin:0 0 16px;font-size:22px;line-height:1.3\">{}</h1>\
         {body}<p style=\"margin:0;color:#5E5373;font-size:14px\">{}</p></div></body></html>",
        draft.subject, draft.subject, draft.closing
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_and_names_are_text() {
        let origin = "https://spotlight.cam".parse().expect("origin");
        let facts = Facts { origin: &origin, username: "<b>ann", token: "t0k", pin: "012345" };
        let written = write(Letter::ConfirmAddress, &facts);
        let link = "https://spotlight.cam/verify-email#token=t0k";
        assert!(written.text.contains(link) && written.html.contains(link));
        assert!(written.text.contains("012345") && written.html.contains("012345"));
        assert!(written.html.contains("&lt;b&gt;ann") && !written.html.contains("<b>ann"));
        let reset = write(Letter::ResetPassword, &facts);
        assert!(reset.text.contains("/reset-password#token=t0k") && !reset.text.contains("012345"));
        assert!(!write(Letter::PasswordChanged, &facts).text.contains("t0k"));
    }
}

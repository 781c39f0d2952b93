//! Passwords that others would soon come to: those that many people have, names, dates, rows of
//! keys, and what is made of these by a digit or two.
//!
//! How soon is estimated by zxcvbn, which carries the lists. It costs less than a hash.

use zxcvbn::zxcvbn;

/// Who tries passwords in the order in which they are likely comes to it within so many.
const SOON: u64 = 100_000;

/// Estimating takes the longer the longer a text is: of a longer one its beginning is judged.
const JUDGED: usize = 32;

/// Whether `password` is one of those, also for who knows these words `about` its person.
pub fn is_guessable(password: &str, about: &[&str]) -> bool {
    let beginning: String = password.chars().take(JUDGED).collect();
    let mut known = vec!["spotlight", "spotlight.cam"];
    for word in about {
        // The part before the @ is a name as good as the whole.
        known.extend([*word, word.split('@').next().unwrap_or_default()]);
    }
    zxcvbn(&beginning, &known).guesses() < SOON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_people_have_is_guessable_and_so_is_one_s_own_name() {
        for common in ["password1", "12345678", "qwertyuiop", "P@ssw0rd", "Password1!", "iloveyou2"]
        {
            assert!(is_guessable(common, &[]), "{common}");
        }
        let about = ["anna.swings", "annabelle.h@example.com"];
        for own in ["anna.swings", "Annabelle.H", "annabelle.h@example.com", "spotlight"] {
            assert!(is_guessable(own, &about), "{own}");
        }
    }

    #[test]
    fn a_few_words_together_are_not() {
        for own in ["west-coast-swing", "keep it on two feet", "long enough", "X9#qLw2!"] {
            assert!(!is_guessable(own, &["anna", "anna@example.com"]), "{own}");
        }
    }

    #[test]
    fn a_long_one_is_judged_by_its_beginning() {
        assert!(is_guessable(&"password".repeat(16), &[]));
        assert!(!is_guessable(&"a sugar push and a whip ".repeat(5), &[]));
    }
}

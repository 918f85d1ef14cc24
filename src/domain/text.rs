//! Text that people read: what an eye cannot see, or takes for something else.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Control characters, and what has no picture of its own but changes what is read: zero widths, direction marks, fillers,
/// tags, variation selectors.
pub fn is_invisible(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    matches!(category, Control | Format | LineSeparator | ParagraphSeparator)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The same, and every blank that is not the space: of two texts side by side it hides the difference.
pub fn hides_a_difference(c: char) -> bool {
    /// Braille without a dot: a symbol, and blank.
    const BLANK: char = '\u{2800}';
    is_invisible(c) || c == BLANK || (c.is_whitespace() && c != ' ')
}

/// Whether it can stand as a name that others read.
pub fn is_plain(text: &str) -> bool {
    text.chars().all(is_plain_char)
}

/// What is kept of a text from elsewhere: what can be seen of it, on one line.
pub fn legible(text: &str, longest: usize) -> String {
    let kept: String = text.trim().chars().filter(|c| is_plain_char(*c)).take(longest).collect();
    kept.trim().to_owned()
}

fn is_plain_char(c: char) -> bool {
    /// Chooses the picture of an emoji.
    const AS_EMOJI: char = '\u{fe0f}';
    c == AS_EMOJI || !is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_eye_sees_is_invisible() {
        for c in
            "\0\n\u{85}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180b}\u{180e}\u{200b}\u{200d}\u{202e}\u{2028}\
                  \u{2066}\u{3164}\u{fe00}\u{feff}\u{ffa0}\u{fff9}\u{1bca0}\u{1d173}\u{e0041}\u{e0100}"
                .chars()
        {
            assert!(is_invisible(c) && hides_a_difference(c), "{c:?}");
        }
        for c in "\u{a0}\u{1680}\u{2000}\u{202f}\u{205f}\u{2800}\u{3000}".chars() {
            assert!(!is_invisible(c) && hides_a_difference(c), "{c:?}");
        }
    }

    #[test]
    fn what_people_write_is_plain() {
        for text in ["Ärzte ohne Grenzen", "山田\u{3000}太郎", "محمد", "I ❤\u{fe0f} tea", "a\u{301}"] {
            assert!(is_plain(text), "{text:?}");
        }
        for text in ["a\u{202e}b", "a\u{3164}", "a\nb", "a\u{200b}"] {
            assert!(!is_plain(text), "{text:?}");
            assert!(is_plain(&legible(text, 9)), "{text:?}");
        }
        assert_eq!(legible(" A\u{202e}l\nice\u{0} ", 4), "Alic");
    }
}

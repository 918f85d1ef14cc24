//! Text that people read: what an eye cannot see, or takes for something else.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{CanonicalCombiningClass, DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, JoiningType},
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

/// Whether it can stand as a name that others read: something of it can be seen, and nothing hides in it.
pub fn is_plain(text: &str) -> bool {
    text.is_empty() || (with_neighbours(text).all(|(_, plain)| plain) && !text.chars().all(hides_a_difference))
}

/// What is kept of a text from elsewhere: what can be seen of it, on one line.
pub fn legible(text: &str, longest: usize) -> String {
    let plain = with_neighbours(text.trim()).filter(|(_, plain)| *plain);
    let kept: String = plain.map(|(c, _)| c).take(longest).collect();
    kept.trim().to_owned()
}

/// Each character, and whether it is plain where it stands.
fn with_neighbours(text: &str) -> impl Iterator<Item = (char, bool)> {
    let before = std::iter::once(None).chain(text.chars().map(Some));
    let after = text.chars().skip(1).map(Some).chain(std::iter::once(None));
    let each = before.zip(text.chars()).zip(after);
    each.map(|((before, c), after)| (c, !is_invisible(c) || joins(before, c, after)))
}

/// What changes the picture of its neighbours, and is written for that.
fn joins(before: Option<char>, c: char, after: Option<char>) -> bool {
    /// Chooses the picture of an emoji.
    const AS_EMOJI: char = '\u{fe0f}';
    /// Keeps letters apart that would join, or joins those that would not.
    const NON_JOINER: char = '\u{200c}';
    const JOINER: char = '\u{200d}';
    let Some(before) = before else { return false };
    let pictured = |c: char| c == AS_EMOJI || CodePointSetData::new::<ExtendedPictographic>().contains(c);
    // RFC 5892, appendix A.1 and A.2.
    let virama = CodePointMapData::<CanonicalCombiningClass>::new().get(before) == CanonicalCombiningClass::Virama;
    match (c, after) {
        (AS_EMOJI, _) => before != AS_EMOJI && pictured(before),
        (JOINER, Some(after)) => virama || (pictured(before) && pictured(after)),
        (NON_JOINER, Some(after)) => virama || (joins_onward(before) && joins_back(after)),
        _ => false,
    }
}

fn joins_onward(c: char) -> bool {
    matches!(CodePointMapData::<JoiningType>::new().get(c), JoiningType::LeftJoining | JoiningType::DualJoining)
}

fn joins_back(c: char) -> bool {
    matches!(CodePointMapData::<JoiningType>::new().get(c), JoiningType::RightJoining | JoiningType::DualJoining)
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
        for text in [
            "Ärzte ohne Grenzen",
            "山田\u{3000}太郎",
            "محمد",
            "I ❤\u{fe0f} tea",
            "a\u{301}",
            "ශ්\u{200d}රී",
            "می\u{200c}خواهم",
            "👩\u{200d}💻",
            "",
        ] {
            assert!(is_plain(text), "{text:?}");
            assert_eq!(legible(text, 99), text);
        }
        let joined = ["ad\u{200d}min", "ad\u{200c}min", "دا\u{200c}د", "\u{200d}a", "❤\u{fe0f}\u{fe0f}", "👩\u{200d}"];
        let blank = ["\u{2800}", "\u{fe0f}", "\u{a0}"];
        for text in
            ["a\u{202e}b", "a\u{3164}", "a\nb", "a\u{200b}", "admins\u{fe0f}", "1\u{fe0f}"].iter().chain(&joined)
        {
            assert!(!is_plain(text), "{text:?}");
            assert!(is_plain(&legible(text, 9)), "{text:?}");
        }
        assert!(!blank.iter().any(|text| is_plain(text)));
        assert_eq!(legible(" A\u{202e}l\nice\u{0} ", 4), "Alic");
    }
}

//! The forms of a page, as a browser without scripts sees them.

/// One form: where it goes, and what it sends by itself.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
}

/// Reads pages of ours, which are well-formed and quote every value.
pub(super) fn forms(html: &str) -> Vec<Form> {
    let pieces = html.split("<form ").skip(1);
    pieces
        .map(|piece| {
            let (head, rest) = piece.split_once('>').unwrap_or((piece, ""));
            let inside = rest.split("</form>").next().unwrap_or_default();
            Form { action: attribute(head, "action").unwrap_or_default(), hidden: hidden(inside) }
        })
        .collect()
}

fn hidden(inside: &str) -> Vec<(String, String)> {
    let inputs = inside.split("<input ").skip(1).map(|piece| piece.split('>').next().unwrap_or_default());
    inputs
        .filter(|input| attribute(input, "type").as_deref() == Some("hidden"))
        .map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default()))
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    Some(unescape(after.split('"').next()?))
}

fn unescape(text: &str) -> String {
    let entities = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&quot;", "\"")];
    let plain = entities.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c));
    plain.replace("&#38;", "&").replace("&amp;", "&")
}

//! The icon set: Lucide (ISC licence, `icons/LICENCE`), 20 px, inline. Always beside a text, hence hidden from screen readers.

macro_rules! icons {
    ($($name:literal,)+) => {
        fn inner(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../icons/", $name, ".svg"))),)+
                _ => None,
            }
        }

        /// Every icon there is.
        pub const ALL: &[&str] = &[$($name,)+];
    };
}

icons! {
    "archive",
    "arrow-left",
    "building-2",
    "chart-column",
    "check",
    "clock",
    "download",
    "eye",
    "file-text",
    "flag",
    "folder-plus",
    "folder",
    "forward",
    "history",
    "inbox",
    "info",
    "key-round",
    "log-out",
    "mail",
    "menu",
    "paperclip",
    "pencil",
    "phone",
    "printer",
    "refresh-cw",
    "reply-all",
    "reply",
    "search",
    "send",
    "settings",
    "shield",
    "star",
    "trash-2",
    "triangle-alert",
    "user-plus",
    "user",
    "users",
    "x",
}

/// The icon as inline SVG; nothing for a name that is not in the set.
pub fn icon(name: &str) -> String {
    let Some(inner) = inner(name) else { return String::new() };
    format!(
        "<svg class=\"icon\" width=\"20\" height=\"20\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" focusable=\"false\">{inner}</svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_can_be_drawn_and_an_unknown_one_draws_nothing() {
        for name in ALL {
            assert!(icon(name).contains("<path") || icon(name).len() > 200, "{name}");
        }
        assert_eq!(icon("licorne"), "");
    }
}

//! HTML of strangers: whatever it holds, what is shown loads nothing from elsewhere and runs nothing.

use message::Letter;
use proptest::prelude::*;

fn shown(html: &str) -> message::letter::html::Clean {
    let letter = format!("From: a@b.test\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}");
    Letter::read(letter.as_bytes()).html().expect("it has HTML")
}

/// Every element of serialised HTML with its attributes: in it a `<` outside of an attribute always opens or closes an element.
fn elements(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let name = rest[..end].trim_start_matches('/').to_lowercase();
        rest = &rest[end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with('>') {
                break;
            }
            let equals = rest.find(['=', '>', ' ']).unwrap_or(rest.len());
            let name = rest[..equals].to_lowercase();
            rest = &rest[equals..];
            let value = match rest.strip_prefix("=\"") {
                Some(value) => {
                    let close = value.find('"').expect("a serialised attribute is closed");
                    rest = &value[close + 1..];
                    &value[..close]
                }
                None => {
                    rest = rest.strip_prefix(['=', ' ']).unwrap_or(rest);
                    ""
                }
            };
            attributes.push((name, value.to_owned()));
        }
        found.push((name, attributes));
    }
    found
}

const ALLOWED: [&str; 12] = ["href", "src", "alt", "width", "height", "rel", "target", "title", "lang", "dir", "colspan", "start"];
const CELLS: [&str; 6] = ["rowspan", "align", "valign", "border", "cellpadding", "cellspacing"];

fn harmless(html: &str) {
    for (element, attributes) in elements(html) {
        for bad in
            ["script", "style", "iframe", "object", "embed", "form", "input", "button", "meta", "base", "link", "svg", "math", "video"]
        {
            assert_ne!(element, bad, "{html}");
        }
        for (name, value) in attributes {
            assert!(ALLOWED.contains(&name.as_str()) || CELLS.contains(&name.as_str()), "{element} {name}: {html}");
            let value = value.trim().to_lowercase();
            match name.as_str() {
                "src" => assert!(value.starts_with("data:image/") && !value.contains("svg"), "{value}"),
                "href" => assert!(["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme)), "{value}"),
                _ => {}
            }
        }
    }
}

#[test]
fn nothing_active_and_nothing_remote_is_left_of_a_hostile_letter() {
    let corpus = [
        "<script>alert(1)</script>Bonjour",
        "<SCRIPT SRC=//evil.test/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://evil.test/pixel.gif' width=1>",
        "<img srcset='https://evil.test/a.png 1x'>",
        "<body onload=alert(1) background='https://evil.test/b.png'>texte",
        "<a href='javascript:alert(1)'>lien</a>",
        "<a href='jAvAsCrIpT&#58;alert(1)'>lien</a>",
        "<a href=' java\nscript:alert(1)'>lien</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>lien</a>",
        "<a href='vbscript:x'>lien</a><a href='file:///etc/passwd'>f</a><a href='//evil.test'>r</a>",
        "<svg><script>alert(1)</script></svg><svg onload=alert(1)>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form action='https://evil.test'><input name=mdp><button>ok</button></form>",
        "<div style=\"background:url('https://evil.test/x')\">fond</div>",
        "<style>@import 'https://evil.test/x.css'; p{background:url(https://evil.test)}</style>",
        "<link rel=stylesheet href=https://evil.test/x.css>",
        "<meta http-equiv=refresh content='0;url=https://evil.test'>",
        "<base href='https://evil.test/'><a href='x'>relatif</a>",
        "<iframe src='https://evil.test'></iframe><object data=x></object><embed src=x>",
        "<video poster='https://evil.test/p' src='https://evil.test/v'></video><audio src=x>",
        "<table background='https://evil.test/t.png'><td background=x>cellule",
        "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
        "<img src='data:text/html;base64,PHNjcmlwdD4='>",
        "<img src='cid:absent'>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<a href='https://ailleurs.test' onclick=x ping='https://evil.test' style=x class=y id=z>lien</a>",
        "<!--[if gte mso 9]><xml><script>x</script></xml><![endif]-->texte",
        "<details open ontoggle=alert(1)>x</details><marquee onstart=alert(1)>",
        "<isindex action=javascript:alert(1)><keygen autofocus onfocus=alert(1)>",
        "<template><script>alert(1)</script></template>",
        "<p>\u{202e}evil</p><img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"ok\">",
    ];
    for html in corpus {
        let clean = shown(html);
        harmless(&clean.html);
        assert!(!clean.html.contains("evil.test/"), "{html} -> {}", clean.html);
        assert!(!clean.html.to_lowercase().contains("alert(1)</"), "{html} -> {}", clean.html);
    }
}

#[test]
fn what_is_harmless_stays_and_links_open_apart_without_saying_where_one_came_from() {
    let clean =
        shown("<h1>Compte rendu</h1><p>Voir <a href=\"https://cr.test/a?b=1\">ici</a></p><table><tr><td colspan=2>a</td></tr></table>");
    assert!(clean.html.contains("<h1>Compte rendu</h1>"));
    assert!(clean.html.contains("href=\"https://cr.test/a?b=1\""));
    assert!(clean.html.contains("rel=\"noopener noreferrer\"") && clean.html.contains("target=\"_blank\""));
    assert!(clean.html.contains("colspan=\"2\""));
    assert_eq!(clean.remote, 0);
}

#[test]
fn pictures_from_elsewhere_are_counted_and_those_of_the_letter_are_shown() {
    let letter = "From: a@b.test\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\
                  <p>Logo <img src=\"cid:logo%40b\"> <img src=\"https://evil.test/p.gif\"><img src='cid:svg'></p>\r\n\
                  --x\r\nContent-Type: image/png\r\nContent-ID: <logo@b>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
                  --x\r\nContent-Type: image/svg+xml\r\nContent-ID: <svg>\r\n\r\n<svg onload=alert(1)>\r\n--x--\r\n";
    let letter = Letter::read(letter.as_bytes());
    let clean = letter.html().expect("HTML");
    assert!(clean.html.contains("src=\"data:image/png;base64,iVBORw0KGgo=\""), "{}", clean.html);
    assert_eq!(clean.remote, 2, "the one from elsewhere, and the one that could run something");
    harmless(&clean.html);
    assert!(letter.attachments()[0].inside);
}

/// Pieces out of which strangers build what a parser misreads.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<".to_owned()),
        Just(">".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("</".to_owned()),
        Just("&lt;".to_owned()),
        Just("\0".to_owned()),
        prop::sample::select(vec![
            "script",
            "style",
            "svg",
            "math",
            "mglyph",
            "mtext",
            "table",
            "td",
            "a",
            "img",
            "noscript",
            "form",
            "select",
            "option",
            "title",
            "textarea",
            "iframe",
            "template",
            "base",
            "p",
            "annotation-xml",
            "foreignObject",
            "desc",
            "frameset",
            "plaintext",
            "xmp"
        ])
        .prop_map(|name| format!("<{name} ")),
        prop::sample::select(vec![
            "href=javascript:x",
            "src=https://evil.test/a",
            "onload=x",
            "style=a",
            "src=\"data:image/png,x\"",
            "title=\"<script>\"",
            "action=x",
            "xlink:href=x",
            "srcdoc=<p>",
            "href=\"https://a.test/\""
        ])
        .prop_map(str::to_owned),
        "[a-z =/]{0,6}".prop_map(|text| text),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_put_together_what_comes_out_is_harmless_and_stays_so(pieces in prop::collection::vec(piece(), 0..24)) {
        let once = shown(&pieces.concat()).html;
        harmless(&once);
        // Read once more, as the browser will, nothing else appears.
        harmless(&shown(&once).html);
    }
}

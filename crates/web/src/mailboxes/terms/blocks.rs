//! The small part of Markdown in which terms are written: headings, paragraphs, lists, bold. Everything else is text.
//!
//! No HTML comes out of here: a page draws the blocks, so that a text can show nothing but words.

/// One block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Level 2 or 3: the page has its own first heading.
    Heading(u8, String),
    Paragraph(Vec<Span>),
    List(Vec<Vec<Span>>),
}

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub text: String,
    pub strong: bool,
}

/// Reads a text. The first heading of level 1 is the page's own, and left out.
pub(super) fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    for line in text.lines().map(str::trim).chain([""]) {
        let (item, heading) = (line.strip_prefix("- "), heading(line));
        let breaks = item.is_some() || heading.is_some() || line.is_empty();
        if breaks && !paragraph.is_empty() {
            blocks.push(Block::Paragraph(spans(&std::mem::take(&mut paragraph))));
        }
        match (item, heading) {
            (Some(item), _) => match blocks.last_mut() {
                Some(Block::List(items)) => items.push(spans(item)),
                _ => blocks.push(Block::List(vec![spans(item)])),
            },
            (None, Some((1, _))) => {}
            (None, Some((level, words))) => blocks.push(Block::Heading(level.min(3), words.to_owned())),
            (None, None) if !line.is_empty() => {
                if !paragraph.is_empty() {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
            (None, None) => {}
        }
    }
    blocks
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    let words = line.get(marks..)?.strip_prefix(' ')?;
    Some((u8::try_from(marks).ok().filter(|level| (1..=6).contains(level))?, words.trim()))
}

/// `**…**` is bold; an unpaired mark is text.
fn spans(text: &str) -> Vec<Span> {
    let parts: Vec<&str> = text.split("**").collect();
    if parts.len().is_multiple_of(2) {
        return vec![Span { text: text.to_owned(), strong: false }];
    }
    let span = |(n, part): (usize, &str)| Span { text: part.to_owned(), strong: n % 2 == 1 };
    parts.into_iter().enumerate().map(span).filter(|span| !span.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span { text: text.to_owned(), strong: false }
    }

    #[test]
    fn headings_paragraphs_and_lists_are_told_apart_and_nothing_else_is() {
        let read = read("# Titre\n\n## Un\nDeux\nlignes.\n- a\n- **b** c\n\n<script>x</script>\n");
        let bold = Span { text: "b".to_owned(), strong: true };
        assert_eq!(
            read,
            [
                Block::Heading(2, "Un".to_owned()),
                Block::Paragraph(vec![plain("Deux lignes.")]),
                Block::List(vec![vec![plain("a")], vec![bold, plain(" c")]]),
                Block::Paragraph(vec![plain("<script>x</script>")]),
            ]
        );
    }

    #[test]
    fn an_unpaired_mark_is_text() {
        assert_eq!(read("a ** b"), [Block::Paragraph(vec![plain("a ** b")])]);
    }

    /// Proves: CGU-03, DEL-14, IND-72.
    #[test]
    fn the_shipped_text_says_who_answers_for_what_the_secrecy_and_the_counting() {
        let text = super::super::default_terms();
        for words in [
            "répond de la boîte",
            "responsable du traitement",
            "sous-traitant",
            "c'est ce contrat qui fait le lien",
            "tenue au secret professionnel",
            "compté **par personne**",
            "**Pourquoi :**",
            "**Qui les reçoit :**",
            "Agence du numérique en santé",
            "sans limite de durée",
        ] {
            assert!(text.contains(words), "{words:?} is missing");
        }
        assert!(read(text).iter().filter(|block| matches!(block, Block::Heading(..))).count() >= 7);
    }
}

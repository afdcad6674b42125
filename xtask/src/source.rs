//! A Rust file seen as rules need it: what is code, what is comment, what is a string, what is compiled for tests only.
//!
//! A scanner of tokens, not a parser: it knows strings, raw strings, characters, lifetimes, nested comments and braces.

/// A string literal and the line (from 1) on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
}

/// One line of the file.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The code of the line; strings are emptied, comments gone.
    pub code: String,
    /// The text of its comment with its slashes, if it has one.
    pub comment: String,
    /// Inside an item marked `#[cfg(test)]` or `#[test]`.
    pub test: bool,
}

/// The whole file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub lines: Vec<Line>,
    pub literals: Vec<Literal>,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let mut scanner = Scanner { text: text.chars().collect(), at: 0, source: Self::default() };
        scanner.source.lines.push(Line::default());
        while scanner.at < scanner.text.len() {
            scanner.step();
        }
        let mut source = scanner.source;
        source.mark_tests();
        source
    }

    /// The literals that stand in such lines.
    pub fn code_literals(&self) -> impl Iterator<Item = &Literal> {
        self.literals.iter().filter(|literal| self.lines.get(literal.line - 1).is_some_and(|line| !line.test))
    }

    /// From a `#[cfg(test)]` (or `#[test]`-like attribute) to the end of the item after it.
    fn mark_tests(&mut self) {
        let mut index = 0;
        while index < self.lines.len() {
            let code = self.lines[index].code.trim_start();
            if !(code.starts_with("#[cfg(test)]") || is_test_attribute(code)) {
                index += 1;
                continue;
            }
            let end = self.item_end(index);
            for line in &mut self.lines[index..=end] {
                line.test = true;
            }
            index = end + 1;
        }
    }

    /// The line on which the item that begins at `start` ends: at a `;` outside of brackets, or at the brace that closes its first.
    fn item_end(&self, start: usize) -> usize {
        let (mut depth, mut in_braces) = (0_i32, false);
        for (index, line) in self.lines.iter().enumerate().skip(start) {
            for letter in line.code.chars() {
                match letter {
                    '{' => (depth, in_braces) = (depth + 1, true),
                    '(' | '[' => depth += 1,
                    '}' | ')' | ']' => depth -= 1,
                    ';' if depth == 0 => return index,
                    _ => {}
                }
                if letter == '}' && in_braces && depth == 0 {
                    return index;
                }
            }
        }
        self.lines.len() - 1
    }
}

/// `#[test]`, `#[tokio::test]`, `#[tokio::test(…)]`.
pub fn is_test_attribute(code: &str) -> bool {
    let Some(inner) = code.trim().strip_prefix("#[") else { return false };
    let path: String = inner.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, ':' | '_')).collect();
    path == "test" || path.ends_with("::test")
}

struct Scanner {
    text: Vec<char>,
    at: usize,
    source: Source,
}

impl Scanner {
    fn step(&mut self) {
        match (self.text[self.at], self.peek(1)) {
            ('/', Some('/')) => self.line_comment(),
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.string(),
            ('r' | 'b' | 'c', _) if self.starts_word() && self.prefixed_string() => {}
            ('\'', _) => self.quote(),
            (letter, _) => self.push(letter),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn line(&mut self) -> &mut Line {
        self.source.lines.last_mut().expect("there is a line from the beginning on")
    }

    fn push(&mut self, letter: char) {
        if letter == '\n' {
            self.source.lines.push(Line::default());
        } else {
            self.line().code.push(letter);
        }
        self.at += 1;
    }

    fn line_comment(&mut self) {
        while let Some(letter) = self.peek(0).filter(|letter| *letter != '\n') {
            self.line().comment.push(letter);
            self.at += 1;
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(letter) = self.peek(0) {
            match (letter, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {}
            }
            if letter == '\n' {
                self.source.lines.push(Line::default());
            } else {
                self.line().comment.push(letter);
            }
            self.at += 1;
            if depth == 0 {
                self.at += 1;
                return;
            }
            if matches!((letter, self.peek(0)), ('/', Some('*'))) {
                self.at += 1;
            }
        }
    }

    fn starts_word(&self) -> bool {
        !self.at.checked_sub(1).and_then(|before| self.text.get(before)).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    }

    /// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`; false if what begins here is a plain word.
    fn prefixed_string(&mut self) -> bool {
        let mut ahead = 0;
        let mut raw = false;
        while let Some(letter @ ('r' | 'b' | 'c')) = self.peek(ahead) {
            raw |= letter == 'r';
            ahead += 1;
        }
        let mut hashes = 0;
        while raw && self.peek(ahead) == Some('#') {
            hashes += 1;
            ahead += 1;
        }
        if self.peek(ahead) != Some('"') {
            return false;
        }
        self.at += ahead;
        if raw {
            self.raw_string(hashes)
        } else {
            self.string()
        }
        true
    }

    fn string(&mut self) {
        self.literal(|scanner, text| match scanner.text[scanner.at] {
            '"' => true,
            '\\' => {
                scanner.escape(text);
                false
            }
            letter => {
                text.push(letter);
                false
            }
        });
    }

    fn raw_string(&mut self, hashes: usize) {
        self.literal(|scanner, text| {
            let letter = scanner.text[scanner.at];
            let closes = letter == '"' && (1..=hashes).all(|ahead| scanner.peek(ahead) == Some('#'));
            if closes {
                scanner.at += hashes;
            } else {
                text.push(letter);
            }
            closes
        });
    }

    /// Reads up to the end that `ends` sees; the code keeps two quotes on the line where the literal begins.
    fn literal(&mut self, mut ends: impl FnMut(&mut Self, &mut String) -> bool) {
        let line = self.source.lines.len();
        self.line().code.push_str("\"\"");
        self.at += 1;
        let mut text = String::new();
        while self.at < self.text.len() {
            if self.text[self.at] == '\n' {
                self.source.lines.push(Line::default());
            }
            let over = ends(self, &mut text);
            self.at += 1;
            if over {
                break;
            }
        }
        self.source.literals.push(Literal { line, text });
    }

    /// A backslash and what follows; the end of a line and its indentation vanish, as the compiler has it.
    fn escape(&mut self, text: &mut String) {
        self.at += 1;
        match self.peek(0) {
            Some('\n') => {
                self.source.lines.push(Line::default());
                while self.peek(1).is_some_and(|letter| letter == ' ' || letter == '\t') {
                    self.at += 1;
                }
            }
            Some('n') => text.push('\n'),
            Some(letter) => text.push(letter),
            None => {}
        }
    }

    /// A character (its content does not matter here) or a lifetime.
    fn quote(&mut self) {
        let end = match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => (3..12).find(|ahead| self.peek(*ahead) == Some('\'')),
            (Some(_), Some('\'')) => Some(2),
            _ => None,
        };
        match end {
            Some(ahead) => {
                self.line().code.push_str("' '");
                self.at += ahead + 1;
            }
            None => self.push('\''),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_characters_are_told_from_code() {
        let source = Source::read(
            "let a = \"x // \\\" y\"; // todo\nlet b = '\"'; /* \" /* in */ \n out */ let c = r#\"raw \" {\"#; fn f<'a>() {}\n",
        );
        assert_eq!(source.lines[0].code, "let a = \"\"; ");
        assert_eq!(source.lines[0].comment, "// todo");
        assert_eq!(source.lines[1].code, "let b = ' '; ");
        assert_eq!(source.lines[2].code, " let c = \"\"; fn f<'a>() {}");
        let texts: Vec<&str> = source.literals.iter().map(|literal| literal.text.as_str()).collect();
        assert_eq!(texts, ["x // \" y", "raw \" {"]);
    }

    #[test]
    fn a_literal_over_several_lines_keeps_its_first_line_and_loses_the_folds() {
        let source = Source::read("f(\n\"SELECT \\\n   $1\n$2\");\ng();\n");
        assert_eq!(source.literals, [Literal { line: 2, text: "SELECT $1\n$2".into() }]);
        assert_eq!(source.lines[4].code, "g();");
    }

    #[test]
    fn items_for_tests_are_marked_to_their_end_and_no_further() {
        let source = Source::read(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}\n#[tokio::test(flavor = \"x\")]\nasync fn d() {\n}\nfn e() {}\n",
        );
        let marked: Vec<usize> = source.lines.iter().enumerate().filter(|(_, line)| line.test).map(|(index, _)| index + 1).collect();
        assert_eq!(marked, [2, 3, 4, 5, 7, 8, 9]);
        let single = Source::read("#[cfg(test)]\nuse x::{a, b};\nfn c() {}\n");
        assert!(single.lines[1].test && !single.lines[2].test);
    }
}

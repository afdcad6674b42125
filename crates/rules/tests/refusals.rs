}

/// Proves: TRU-38, LPS-12.
#[test]
fn the_table_is_the_published_one_word_for_word() {

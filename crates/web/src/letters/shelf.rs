//! A folder in words: people see « Courrier reçu », programs `INBOX`.
//!
//! Requirements: LPS-41. The number of a folder, not its name, stands in addresses of pages: names may hold a patient's.

use store::folders::{Folder, FolderId, SpecialUse};
use store::mail::page::Which;

use crate::frame::Words;

/// A folder in the list of folders.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    pub(super) id: i64,
    pub(super) name: String,
    /// As the store keeps it.
    pub(super) raw: String,
    pub(super) icon: &'static str,
    pub(super) unseen: u32,
    pub(super) messages: u32,
    pub(super) current: bool,
    /// Made by people: may be renamed and removed.
    pub(super) own: bool,
}

/// Which of the folders that have a meaning this one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Inbox,
    Special(SpecialUse),
    Own,
}

impl Shelf {
    pub(super) fn of(w: Words, folder: &Folder, current: Option<FolderId>) -> Self {
        let sort = sort(folder);
        Self {
            id: folder.id.0,
            name: name(w, folder),
            raw: folder.name.clone(),
            icon: match sort {
                Sort::Inbox => "inbox",
                Sort::Special(SpecialUse::Sent) => "send",
                Sort::Special(SpecialUse::Drafts) => "pencil",
                Sort::Special(SpecialUse::Trash) => "trash-2",
                Sort::Special(SpecialUse::Archive) => "archive",
                Sort::Own => "folder",
            },
            unseen: folder.unseen,
            messages: folder.messages,
            current: current == Some(folder.id),
            own: sort == Sort::Own,
        }
    }

    /// All of them: those with a meaning first, in the order of a day's work, then those that people made.
    pub(super) fn all(w: Words, folders: &[Folder], current: Option<FolderId>) -> Vec<Self> {
        let rank = |folder: &Folder| match sort(folder) {
            Sort::Inbox => 0,
            Sort::Special(SpecialUse::Drafts) => 1,
            Sort::Special(SpecialUse::Sent) => 2,
            Sort::Special(SpecialUse::Archive) => 3,
            Sort::Special(SpecialUse::Trash) => 4,
            Sort::Own => 5,
        };
        let mut sorted: Vec<&Folder> = folders.iter().collect();
        sorted.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
        sorted.into_iter().map(|folder| Self::of(w, folder, current)).collect()
    }

    /// Unread letters to tell: drafts and sent letters have none.
    pub(super) fn waiting(&self) -> u32 {
        if matches!(self.icon, "send" | "pencil" | "trash-2") { 0 } else { self.unseen }
    }
}

pub(super) fn sort(folder: &Folder) -> Sort {
    match folder.special_use {
        Some(special) => Sort::Special(special),
        None if folder.name == "INBOX" => Sort::Inbox,
        None => Sort::Own,
    }
}

pub(super) fn name(w: Words, folder: &Folder) -> String {
    match sort(folder) {
        Sort::Inbox => w.folder_inbox(),
        Sort::Special(SpecialUse::Sent) => w.folder_sent(),
        Sort::Special(SpecialUse::Drafts) => w.folder_drafts(),
        Sort::Special(SpecialUse::Trash) => w.folder_trash(),
        Sort::Special(SpecialUse::Archive) => w.folder_archive(),
        Sort::Own => folder.name.strip_prefix("INBOX/").unwrap_or(&folder.name).replace('/', " › "),
    }
}

/// The folder named in an address: its number, or the name that programs use; the inbox when none is.
pub(super) fn which(text: &str) -> Which {
    match text.parse() {
        Ok(number) => Which::Id(FolderId(number)),
        Err(_) if text.is_empty() => Which::Name("INBOX".to_owned()),
        Err(_) => Which::Name(text.to_owned()),
    }
}

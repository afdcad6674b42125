//! Every list that must be refused, with its code (trust-space §5, negative cases).

use std::time::Duration;

use trust::list::{Entry, sign, write};
use trust::pki::{Authority, Leaf, Purpose, Request, SIGNER, Subject};

use crate::bench::{Bench, DAY, code, start};

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// The one signature of a list, from its start tag to its end tag.
fn signature(list: &str) -> &str {
    let from = list.find("<Signature ").expect("a signature");
    let to = list.find("</Signature>").expect("its end") + "</Signature>".len();
    &list[from..to]
}

fn refused(bench: &Bench, list: impl AsRef<[u8]>) -> &'static str {
    code(bench.space.load(list.as_ref(), "test", false))
}

/// A list of the bench's entries, signed by another hand.
fn signed_by(bench: &Bench, signer: &Leaf) -> Vec<u8> {
    sign(&write(&bench.entries(), start()), signer).expect("a signed list")
}

fn signer_request(common_name: &str) -> Request {
    Request {
        subject: Subject {
            common_name: common_name.to_owned(),
            unit: "399900000700011".into(),
            organisation: "SIGNATAIRE".into(),
            state: "Nord (59)".into(),
        },
        names: Vec::new(),
        purpose: Purpose::ListSigner,
        not_before: start().minus(DAY * 365),
        not_after: start().plus(DAY * 365),
    }
}

/// Proves: TRU-06.
#[test]
fn a_list_without_one_signature_at_its_place_is_refused() {
    let bench = Bench::bare();
    let good = text(bench.signed(&bench.entries()));
    let signature = signature(&good);
    let without = good.replace(signature, "");
    assert_eq!(refused(&bench, &without), "LB-SIG-ABSENTE", "no signature");
    let moved = without.replacen("</Domaine>", &format!("{signature}</Domaine>"), 1);
    assert_eq!(refused(&bench, &moved), "LB-SIG-ABSENTE", "moved into an entry");
    let first = without.replace("<ListeDomaines>", &format!("{signature}<ListeDomaines>"));
    assert_eq!(refused(&bench, &first), "LB-SIG-ABSENTE", "not the last child");
    let twice = good.replace(signature, &format!("{signature}{signature}"));
    assert_eq!(refused(&bench, &twice), "LB-SIG-ABSENTE", "two signatures");
    let wrapped = good.replacen("</Domaine>", &format!("{signature}</Domaine>"), 1);
    assert_eq!(refused(&bench, &wrapped), "LB-SIG-ABSENTE", "one more inside an entry");
    bench.space.load(good.as_bytes(), "test", false).expect("the list itself is good");
}

/// Proves: TRU-05, TRU-06.
#[test]
fn a_file_that_is_not_the_list_is_refused() {
    let bench = Bench::bare();
    let good = text(bench.signed(&bench.entries()));
    assert_eq!(refused(&bench, &good[..good.len() / 2]), "LB-XML", "truncated");
    assert_eq!(refused(&bench, &good[..good.len() - 3]), "LB-XML", "the last tag cut");
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&bench, [&[0xff, 0xfe], utf16.as_slice()].concat()), "LB-XML", "UTF-16");
    assert_eq!(refused(&bench, good.replace("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"")), "LB-XML", "another encoding declared");
    assert_eq!(refused(&bench, "<!DOCTYPE html><html><body>Service indisponible</body></html>"), "LB-XML", "error page");
    assert_eq!(refused(&bench, "<html><body>Service indisponible</body></html>"), "LB-XML", "error page without DTD");
    assert_eq!(refused(&bench, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), "LB-XML", "gzip");
    assert_eq!(refused(&bench, vec![b' '; 33 * 1024 * 1024]), "LB-XML", "larger than 32 MiB");
    let bomb = good.replace("?><", "?><!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]><").replace("Domaine pli", "&c;");
    assert_eq!(refused(&bench, bomb), "LB-XML", "entity bomb");
    assert_eq!(refused(&bench, good.replace("Domaine pli", "&inconnue;")), "LB-XML", "unknown entity");
    assert_eq!(refused(&bench, format!("{good}<autre/>")), "LB-XML", "second root");
    assert_eq!(refused(&bench, good.replace("?><", "?><?xml-stylesheet href='a'?><")), "LB-XML", "processing instruction");
    let include = "<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\" parse=\"text\"/>";
    assert_eq!(refused(&bench, good.replacen("Domaine pli", include, 1)), "LB-XML", "XInclude");
    let long = good.replacen("Domaine pli", &"x".repeat(4_097), 1);
    assert_eq!(refused(&bench, long), "LB-XML", "a text over 4 KiB");
    let deep = good.replacen("Domaine pli", &format!("{}{}", "<a>".repeat(9), "</a>".repeat(9)), 1);
    assert_eq!(refused(&bench, deep), "LB-XML", "too deep");
    let many = format!("{}{}", "<a/>".repeat(400_001), "</r>");
    assert_eq!(refused(&bench, format!("<r>{many}")), "LB-XML", "too many elements");
}

/// Proves: TRU-06.
#[test]
fn a_list_changed_after_signing_is_refused() {
    let bench = Bench::bare();
    let good = text(bench.signed(&bench.entries()));
    assert_eq!(refused(&bench, good.replacen("Domaine pli", "Domaine qli", 1)), "LB-SIG-CONDENSAT", "one byte of an entry");
    let entry = &good[good.find("<Domaine>").expect("an entry")..good.find("</Domaine>").expect("its end") + "</Domaine>".len()];
    let added = good.replace("</ListeDomaines>", &format!("{}</ListeDomaines>", entry.replace("pli.", "intrus.")));
    assert_eq!(refused(&bench, added), "LB-SIG-CONDENSAT", "an entry more");
    assert_eq!(refused(&bench, good.replace("    <ListeDomaines>", "   <ListeDomaines>")), "LB-SIG-CONDENSAT", "a space less");
    let value = good.find("<DigestValue>").expect("a digest") + "<DigestValue>".len();
    let other = text(bench.signed(&bench.entries()[..1]));
    let foreign = other.find("<DigestValue>").expect("a digest") + "<DigestValue>".len();
    let swapped = format!("{}{}{}", &good[..value], &other[foreign..foreign + 44], &good[value + 44..]);
    assert_eq!(refused(&bench, swapped), "LB-SIG-CONDENSAT", "another digest");
    // Content and digest agree, the signature is that of another list.
    let transplanted = other.replace(&between(&other, "<SignatureValue>"), &between(&good, "<SignatureValue>"));
    assert_eq!(refused(&bench, transplanted), "LB-SIG-VALEUR", "another list's signature");
    let broken = good.replace(&between(&good, "<SignatureValue>"), "???");
    assert_eq!(refused(&bench, broken), "LB-SIG-VALEUR", "not base64");
}

fn between(list: &str, tag: &str) -> String {
    let from = list.find(tag).expect("the tag") + tag.len();
    list[from..from + list[from..].find('<').expect("its end")].to_owned()
}

/// Proves: TRU-07.
#[test]
fn nothing_but_the_algorithms_of_the_table_is_accepted() {
    let bench = Bench::bare();
    let good = text(bench.signed(&bench.entries()));
    let c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let swap = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        refused(&bench, good.replace(from, to))
    };
    let rsa = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    assert_eq!(swap(rsa, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "LB-SIG-ALGO", "SHA-1 signature");
    assert_eq!(swap(rsa, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"), "LB-SIG-ALGO", "HMAC");
    assert_eq!(swap("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"), "LB-SIG-ALGO", "SHA-1 digest");
    assert_eq!(swap("URI=\"\"", "URI=\"#x\""), "LB-SIG-ALGO", "a part of the document only");
    assert_eq!(swap("URI=\"\"", "URI=\"\" Id=\"x\""), "LB-SIG-ALGO", "an Id on the reference");
    assert_eq!(swap(c14n, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"), "LB-SIG-ALGO", "with comments");
    let xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    assert_eq!(swap(&format!("<Transform Algorithm=\"{c14n}\"/>"), &format!("<Transform Algorithm=\"{xslt}\"/>")), "LB-SIG-ALGO", "XSLT");
    assert_eq!(swap("</Transforms>", &format!("<Transform Algorithm=\"{c14n}\"/></Transforms>")), "LB-SIG-ALGO", "a third transform");
    let inclusive = format!("<CanonicalizationMethod Algorithm=\"{c14n}\"><a/></CanonicalizationMethod>");
    assert_eq!(swap(&format!("<CanonicalizationMethod Algorithm=\"{c14n}\"/>"), &inclusive), "LB-SIG-ALGO", "a parameter");
    let reference = &good[good.find("<Reference").expect("it")..good.find("</Reference>").expect("its end") + "</Reference>".len()];
    assert_eq!(swap(reference, &format!("{reference}{reference}")), "LB-SIG-ALGO", "two references");
    assert_eq!(swap("<X509Data>", "<KeyValue/><X509Data>"), "LB-SIG-ALGO", "a bare key");
    assert_eq!(swap("</X509Data>", "<X509Certificate>AAAA</X509Certificate></X509Data>"), "LB-SIG-ALGO", "two certificates");
    assert_eq!(swap("</KeyInfo>", "</KeyInfo><Object/>"), "LB-SIG-ALGO", "an object");
}

/// Proves: TRU-06.
#[test]
fn a_signer_who_is_not_the_expected_one_is_refused() {
    let bench = Bench::bare();
    let ca = &bench.lab.ca;
    let another = ca.issue(&signer_request("autre.mssante.test")).expect("a certificate");
    assert_eq!(refused(&bench, signed_by(&bench, &another)), "LB-SIG-SIGNATAIRE", "a good chain, another name");
    let foreign = bench.lab.foreign_ca.issue(&signer_request(SIGNER)).expect("a certificate");
    assert_eq!(refused(&bench, signed_by(&bench, &foreign)), "LB-SIG-CHAINE", "the right name, another authority");
    let same_name =
        Authority::anchor(trust::pki::AUTHORITY, start()).expect("an authority").issue(&signer_request(SIGNER)).expect("a certificate");
    assert_eq!(refused(&bench, signed_by(&bench, &same_name)), "LB-SIG-CHAINE", "an authority that only bears the right name");
    let expired = Request { not_after: start().minus(DAY), ..signer_request(SIGNER) };
    let expired = ca.issue(&expired).expect("a certificate");
    assert_eq!(refused(&bench, signed_by(&bench, &expired)), "LB-SIG-SIGNATAIRE", "expired");
    let operator = Request { purpose: Purpose::Operator, ..signer_request(SIGNER) };
    let operator = ca.issue(&operator).expect("a certificate");
    bench.space.load(&signed_by(&bench, &operator), "test", false).expect("its extended usage does not matter, its name and key usage do");
    // An intermediate with another name than the configured issuer, although it leads to the anchor.
    let between = ca.intermediate("AC AUTRE GAMME (LABO)", start()).expect("an authority");
    let below = between.issue(&signer_request(SIGNER)).expect("a certificate");
    assert_eq!(refused(&bench, signed_by(&bench, &below)), "LB-SIG-CHAINE", "its chain is not ours to take from the file");
}

/// Proves: TRU-06, TRU-35.
#[test]
fn a_revoked_signer_is_refused_and_so_is_one_whose_revocation_cannot_be_known() {
    let bench = Bench::bare();
    let list = bench.signed(&bench.entries());
    bench.publish_crl(&[&bench.lab.signer], DAY);
    assert_eq!(refused(&bench, &list), "LB-SIG-SIGNATAIRE", "revoked");
    bench.publish_crl(&[], Duration::from_secs(3_600));
    bench.advance(DAY);
    assert_eq!(refused(&bench, &list), "LB-SIG-SIGNATAIRE", "revocation list too old");
    bench.publish_crl(&[], DAY);
    bench.space.load(&list, "test", false).expect("good again");
}

/// Proves: TRU-04.
#[test]
fn an_entry_that_cannot_be_read_is_set_aside_and_the_others_stay() {
    let bench = Bench::bare();
    let mut entries = bench.entries();
    entries.push(Entry::new("multi.mssante.test", "CN=a+OU=b,C=FR", start()));
    entries.push(Entry::new("pas un domaine", "CN=a,C=FR", start()));
    let sound = write(&entries, start());
    let broken = sound.rfind("<SupportContact>").expect("the last entry, ours or the neighbour's");
    let unsigned = format!("{}<Inconnu/>{}", &sound[..broken], &sound[broken..]);
    let list = sign(&unsigned, &bench.lab.signer).expect("a signed list");
    let loaded = bench.space.load(&list, "test", false).expect("the list is accepted");
    assert_eq!((loaded.entries, loaded.domains, loaded.set_aside.len()), (1, 1, 3), "{:?}", loaded.set_aside);
    assert!(
        loaded.set_aside.iter().any(|line| line.contains("multi.mssante.test") && line.contains("multi-valued")),
        "{:?}",
        loaded.set_aside
    );
    assert_eq!(bench.space.status().set_aside, loaded.set_aside);
}

//! The canonical form against figures computed by another implementation (libxml2), and against the rules of the recommendation.

use aws_lc_rs::digest;
use trust::list::c14n::canonical;
use trust::list::xml::{Element, Node, parse};

const SAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">
    <DateDeGeneration>2026-11-20T15:42:07Z</DateDeGeneration>
    <ListeDomaines>
        <Domaine>
            <Nom>alpha.mssante.fr</Nom>
            <Description>Domaine d'essai &amp; démonstration</Description>
            <DNCertificatOperateur>CN=mss.alpha.example,OU=1990000010,O="C.H. DE  BEAUVAL",ST=Ille-et-Vilaine (35),C=FR</DNCertificatOperateur>
            <ResponsableContact>00 00 00 00 00, responsable@alpha.example</ResponsableContact>
            <SupportContact>00 00 00 00 00, support@alpha.example</SupportContact>
            <DateMAJ>2026-11-20T15:42:08Z</DateMAJ>
        </Domaine>
    </ListeDomaines>
</ListeBlancheMSSante>"#;

const SIGNED_INFO: &str = r##"<SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>n//IFS7WntsBJF8ykxMl3N+Lu66UlZIzUiwHFih5QJ8=</DigestValue></Reference></SignedInfo>"##;

fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

/// The signature put just before the root's end tag, as the real one.
fn signed() -> String {
    SAMPLE.replace(
        "</ListeBlancheMSSante>",
        &format!("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">{SIGNED_INFO}</Signature></ListeBlancheMSSante>"),
    )
}

fn element<'r, 'a>(parent: &'r Element<'a>, at: usize) -> &'r Element<'a> {
    parent.elements().nth(at).expect("an element")
}

/// Proves: TRU-08.
#[test]
fn the_golden_digest_of_the_list_comes_out() {
    assert_eq!(SAMPLE.len(), 759, "the sample is the one of the specification");
    let canonical = canonical(&parse(SAMPLE.as_bytes()).expect("well formed"), None);
    assert_eq!(canonical.len(), 721);
    assert_eq!(sha256(&canonical), "9fffc8152ed69edb01245f32931325dcdf8bbbae94959233522c07162879409f");
}

/// Proves: TRU-06, TRU-08.
#[test]
fn both_golden_digests_stay_once_the_signature_is_in_its_place() {
    let text = signed();
    let root = parse(text.as_bytes()).expect("well formed");
    let position = root.children.iter().position(|n| matches!(n, Node::Element(e) if e.local == "Signature"));
    let list = canonical(&root, position);
    assert_eq!((list.len(), sha256(&list).as_str()), (721, "9fffc8152ed69edb01245f32931325dcdf8bbbae94959233522c07162879409f"));
    let info = canonical(element(element(&root, 2), 0), None);
    assert_eq!((info.len(), sha256(&info).as_str()), (637, "e3b39113ab809482c39b3d1db94f2f1de188b84f5c48f9ff1825f064f282f5f4"));
}

/// Proves: TRU-08.
#[test]
fn the_canonical_form_follows_the_recommendation() {
    let form = |text: &str| String::from_utf8(canonical(&parse(text.as_bytes()).expect("well formed"), None)).expect("UTF-8");
    assert_eq!(
        form("<?xml version='1.0'?>\n<a  b='1'\n a = \"2\" />\n"),
        r#"<a a="2" b="1"></a>"#,
        "attributes sorted, empty element opened"
    );
    assert_eq!(form("<a>&lt;&gt;&amp;&quot;&apos;&#13;&#xE9;</a>"), "<a>&lt;&gt;&amp;\"'&#xD;é</a>", "texts");
    assert_eq!(
        form("<a b='&lt;&gt;&amp;&quot;&apos;&#13;&#10;&#9;'/>"),
        "<a b=\"&lt;>&amp;&quot;'&#xD;&#xA;&#x9;\"></a>",
        "attribute values"
    );
    assert_eq!(form("<a>one\r\ntwo\rthree</a>"), "<a>one\ntwo\nthree</a>", "line ends");
    assert_eq!(form("<a><!-- gone -->x<![CDATA[<&]]>y</a>"), "<a>x&lt;&amp;y</a>", "comments gone, CDATA is text");
    assert_eq!(
        form("<a xmlns='u' xmlns:p='v'><b><p:c/></b></a>"),
        r#"<a xmlns="u"><b><p:c xmlns:p="v"></p:c></b></a>"#,
        "declared where used"
    );
    assert_eq!(form("<p:a xmlns:p='v' xmlns='u'><p:b p:x='1' x='2'/></p:a>"), r#"<p:a xmlns:p="v"><p:b x="2" p:x="1"></p:b></p:a>"#);
    assert_eq!(form("<a xmlns='u'><b xmlns=''><c/></b></a>"), r#"<a xmlns="u"><b xmlns=""><c></c></b></a>"#, "the default taken back");
    assert_eq!(form("<a xmlns='u'><b xmlns='u'/></a>"), r#"<a xmlns="u"><b></b></a>"#, "the same declaration once");
    assert_eq!(form("<a xml:lang='fr'/>"), r#"<a xml:lang="fr"></a>"#, "xml: is never declared");
}

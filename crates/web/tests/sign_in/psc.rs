//! Pro Santé Connect by redirection.

use crate::house::House;

/// Proves: PSC-10.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_offers_pro_sante_connect_as_a_plain_link() {
    let house = House::open().await;
    let page = house.browser().open("/").await;
    assert_eq!(page.status, 200);
    page.shows("S'identifier avec PRO SANTE CONNECT").shows("href=\"/connexion/psc");
    house.close().await;
}

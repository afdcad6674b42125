//! The root of each day: the same on both engines, made once, and short of which nothing can be rewritten.

use std::time::Duration;

use rules::Moment;
use rules::journal::proof::Fault;
use store::Error;
use store::history::{Day, Exported, Extent};

use crate::house::{CABINET, House, KINE, address, on_both};

fn only_cabinet() -> Extent {
    Extent { chain: Some(Some(address(CABINET))), period: None }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

async fn live(house: &mut House) {
    house.letter("t1", "Un").await;
    house.nadia().await;
    house.later(20 * 3600);
    // 22 November at 05:00 in Paris.
    house.letter("t2", "Deux").await;
    house.nadia().await;
    house.claire().await;
    house.later(24 * 3600);
}

#[test]
fn a_day_ends_at_midnight_in_paris() {
    assert_eq!(Day::of(Moment::parse("2026-11-21T22:59:59.999999Z").unwrap()), day("2026-11-21"));
    assert_eq!(Day::of(Moment::parse("2026-11-21T23:00:00Z").unwrap()), day("2026-11-22"));
    assert_eq!(day("2026-11-21").end(), Moment::parse("2026-11-21T23:00:00Z").unwrap());
    assert_eq!(day("2026-03-28").end(), Moment::parse("2026-03-28T23:00:00Z").unwrap());
    assert_eq!(day("2026-03-29").end(), Moment::parse("2026-03-29T22:00:00Z").unwrap(), "a day of 23 hours");
    assert_eq!(Day::parse("hier"), None);
}

/// Proves: IND-40.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_come_to_the_same_roots() {
    let (mut sqlite, mut postgres) = (House::sqlite().await, House::postgres().await);
    let mut roots = Vec::new();
    for house in [&mut sqlite, &mut postgres] {
        live(house).await;
        assert_eq!(house.store.day_job("a", house.now).await.unwrap(), 1, "the first root is yesterday's, and covers all that was before");
        house.later(24 * 3600);
        assert_eq!(house.store.day_job("a", house.now).await.unwrap(), 1);
        roots.push(house.store.journal_roots().await.unwrap());
    }
    assert_eq!(roots[0], roots[1]);
    assert_eq!(roots[0].len(), 2);
    sqlite.end().await;
    postgres.end().await;
}

on_both! {
    /// Proves: IND-40.
    async fn each_finished_day_is_sealed_once_in_order(house) {
        let store = house.store.clone();
        assert!(matches!(store.seal_day(day("2026-11-21"), house.now).await, Err(Error::NotAllowed(_))));
        assert_eq!(store.day_job("a", house.now).await.unwrap(), 1, "yesterday, and all that was before");
        assert_eq!(store.day_job("a", house.now).await.unwrap(), 0, "today is not over");
        live(house).await;
        assert_eq!(store.day_job("a", house.now).await.unwrap(), 2);
        assert_eq!(store.day_job("a", house.now).await.unwrap(), 0);
        let first = store.journal_root(day("2026-11-21")).await.unwrap().unwrap();
        assert_eq!(first.chains, 3, "the register, the cabinet, Karim's");
        assert_eq!(store.seal_day(day("2026-11-21"), house.now).await.unwrap(), first, "again: the same");
        assert!(matches!(store.seal_day(day("2026-11-19"), house.now).await, Err(Error::NotAllowed(_))), "the past is closed");
        assert_eq!(store.journal_root(day("2026-11-23")).await.unwrap(), None);
        let lines = house.lines(None).await;
        let sealed: Vec<_> = lines.iter().filter(|line| line.act == "journal.sealed").collect();
        assert_eq!(sealed.len(), 3);
        assert_eq!(sealed[1].facts["root"], hex::encode(first.root), "the root stands in the register's chain too");

        // Another node finds nothing to do while the first one works; a night later it takes over.
        house.later(24 * 3600);
        assert!(store.lease("day-roots", "a", Duration::from_secs(60), house.now).await.unwrap());
        assert_eq!(store.day_job("b", house.now).await.unwrap(), 0);
        house.later(60);
        assert_eq!(store.day_job("b", house.now).await.unwrap(), 1);
    }
}

on_both! {
    /// Proves: IND-40, CAB-08, DEL-03.
    async fn any_act_of_a_sealed_day_is_proved_without_the_store(house) {
        house.store.seal_day(day("2026-11-20"), house.now).await.unwrap();
        live(house).await;
        house.letter("t3", "Trois").await;
        house.store.day_job("a", house.now).await.unwrap();
        let roots = house.store.journal_roots().await.unwrap();
        for (mailbox, chain) in [(Some(CABINET), CABINET), (Some(KINE), KINE), (None, "")] {
            for line in house.lines(mailbox).await {
                let proved = house.store.inclusion_proof(mailbox.map(address).as_ref(), line.seq).await;
                if line.at >= roots[2].day.end() {
                    assert!(matches!(proved, Err(Error::NotFound(_))), "{chain} {}: its day is not over", line.seq);
                    continue;
                }
                let proof = proved.unwrap();
                let (hash, root) = proof.check().unwrap();
                assert_eq!(hex::encode(hash), line.hash);
                let its_day = roots.iter().find(|root| root.day.to_string() == proof.day).unwrap();
                assert_eq!((root, Day::of(line.at).max(roots[0].day)), (its_day.root, its_day.day), "{chain} {}", line.seq);
                let mut forged = proof.clone();
                forged.line.author = forged.line.author.replace("899790000048", "899790000014");
                assert_eq!(forged.check(), if forged == proof { Ok((hash, root)) } else { Err(Fault::Root) });
            }
        }
        let nothing = house.store.inclusion_proof(Some(&address(CABINET)), 1000).await;
        assert!(matches!(nothing, Err(Error::NotFound(_))));
    }
}

on_both! {
    /// Proves: TRU-58, IND-40.
    async fn a_chain_rewritten_whole_no_longer_leads_to_the_root(house) {
        house.store.seal_day(day("2026-11-20"), house.now).await.unwrap();
        live(house).await;
        house.store.day_job("a", house.now).await.unwrap();
        let sound = house.store.verify_journal().await.unwrap();
        assert_eq!((sound.faults.len(), sound.roots), (0, 3));
        let sqlite = matches!(house.config.engine, store::Engine::Sqlite { .. });
        let literal = |hash: &[u8; 32]| if sqlite { format!("x'{}'", hex::encode(hash)) } else { format!("'\\x{}'", hex::encode(hash)) };
        // Whoever owns the machine computes every hash again after what was altered.
        let chain = house.mailbox_id(CABINET).await.0;
        let mut hash = [0; 32];
        let mut sql = String::new();
        let mut forge = |line: &Exported| {
            let mut raw = line.line.clone();
            if raw.seq == 4 {
                raw.object = "999".to_owned();
            }
            hash = raw.hash(&hash, chain);
            let (object, seq, bytes) = (&raw.object, raw.seq, literal(&hash));
            sql.push_str(&format!("UPDATE journal SET object = '{object}', hash = {bytes} WHERE chain = {chain} AND seq = {seq};"));
            Ok(())
        };
        house.store.export_journal(&only_cabinet(), &mut forge).await.unwrap();
        sql.push_str(&format!("UPDATE mailbox SET head_hash = {} WHERE id = {chain};", literal(&hash)));
        let kept = "CREATE TABLE kept AS SELECT * FROM journal; CREATE TABLE heads AS SELECT * FROM mailbox; CREATE TABLE leaves AS SELECT * FROM journal_head";
        house.tamper(kept).await;
        house.tamper(&sql).await;
        let faults = house.store.verify_journal().await.unwrap().faults;
        assert!(faults.len() == 1 && faults[0].contains("is not the one that the root of 2026-11-21 covers"), "{faults:?}");
        // And the leaves with it: then the root itself does not agree, nor the line that names it.
        let forged = "UPDATE journal_head SET hash = (SELECT hash FROM journal j WHERE j.chain = journal_head.chain AND j.seq = journal_head.seq)";
        house.tamper(forged).await;
        let faults = house.store.verify_journal().await.unwrap().faults;
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.starts_with("the root of")), "{faults:?}");
        let back = "DELETE FROM journal; INSERT INTO journal SELECT * FROM kept;
            UPDATE mailbox SET head_hash = (SELECT head_hash FROM heads h WHERE h.id = mailbox.id);
            DELETE FROM journal_head; INSERT INTO journal_head SELECT * FROM leaves";
        house.tamper(back).await;
    }
}

on_both! {
    /// Proves: TRU-58.
    async fn an_export_holds_every_line_as_it_was_hashed(house) {
        live(house).await;
        let mut exported: Vec<Exported> = Vec::new();
        let mut each = |line: &Exported| {
            let text = serde_json::to_string(line).unwrap();
            exported.push(serde_json::from_str(&text).unwrap());
            Ok(())
        };
        house.store.export_journal(&Extent::default(), &mut each).await.unwrap();
        let sound = house.store.verify_journal().await.unwrap();
        assert_eq!(exported.len() as u64, sound.lines);
        let mut last = (-1, [0; 32]);
        for line in &exported {
            let previous = if line.chain == last.0 { last.1 } else { [0; 32] };
            let hash = line.line.hash(&previous, line.chain);
            assert_eq!(hex::encode(hash), line.hash, "{} {}", line.chain, line.line.seq);
            last = (line.chain, hash);
        }
        // A period: the lines between, and the hash they begin after.
        let period = Some((day("2026-11-21").end(), day("2026-11-22").end()));
        let mut part: Vec<Exported> = Vec::new();
        let mut each = |line: &Exported| {
            part.push(line.clone());
            Ok(())
        };
        house.store.export_journal(&Extent { period, ..only_cabinet() }, &mut each).await.unwrap();
        let whole: Vec<_> = exported.iter().filter(|line| line.mailbox.as_deref() == Some(CABINET)).collect();
        let first = whole.iter().position(|line| line.line == part[0].line).unwrap();
        assert!(first > 0 && part.len() > 1);
        assert_eq!(part[0].previous.as_ref(), Some(&whole[first - 1].hash));
        assert!(part[1..].iter().all(|line| line.previous.is_none()));
        let elsewhere = Extent { chain: Some(Some(address("x@pli.mssante.test"))), period: None };
        assert!(matches!(house.store.export_journal(&elsewhere, &mut |_| Ok(())).await, Err(Error::NotFound(_))));

        let mut only = Vec::new();
        let mut each = |line: &Exported| { only.push(line.mailbox.clone()); Ok(()) };
        house.store.export_journal(&only_cabinet(), &mut each).await.unwrap();
        assert!(!only.is_empty() && only.iter().all(|mailbox| mailbox.as_deref() == Some(CABINET)));
    }
}

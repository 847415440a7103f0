//! Messages on their way: who sends the next one, and what becomes of it.

use entity::alert_notice;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};

use crate::env::Env;
use crate::error::Error;
use crate::rows;
use crate::token;

pub use entity::alert_notice::{Channel, Model as Notice};

/// Messages that one round takes.
const NOTICES_AT_ONCE: u64 = 50;

/// How long a sender may take before somebody else tries.
const CLAIM_SECONDS: i64 = 120;

/// Seconds before the second try, the third, and so on; after the last, a message is given up.
const PAUSES: [i64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Shifts of a pause, in per cent, keep messages that failed together from being tried together.
const JITTER_PERCENT: u128 = 20;

/// What became of a try.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SendOutcome {
    Sent,
    /// It will never arrive.
    Refused,
    /// It may arrive later.
    Failed,
}

/// Takes messages that are due. Nobody else gets them until their sender has had its time.
pub async fn due_notices(env: &Env) -> Result<Vec<Notice>, Error> {
    let now = env.now();
    let mut taken = Vec::new();
    for notice in token::alerts::due_notices(env, now, NOTICES_AT_ONCE).await? {
        let tx = env.db.begin().await?;
        let moved = rows::update::<alert_notice::Entity>(notice.organization_id)
            .col_expr(alert_notice::Column::NextAt, Expr::val(now.plus_seconds(CLAIM_SECONDS)))
            .col_expr(alert_notice::Column::Attempts, Expr::val(notice.attempts + 1))
            .filter(alert_notice::Column::Id.eq(notice.id))
            .filter(alert_notice::Column::NextAt.eq(notice.next_at))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        if moved.rows_affected > 0 {
            taken.push(Notice { attempts: notice.attempts + 1, ..notice });
        }
    }
    Ok(taken)
}

/// When the next message is due.
pub async fn next_notice(env: &Env) -> Result<Option<entity::Timestamp>, Error> {
    token::alerts::next_notice(env).await
}

/// Writes down what became of a message. Returns whether it will be tried again.
pub async fn record_outcome(
    env: &Env,
    notice: &Notice,
    outcome: &SendOutcome,
) -> Result<bool, Error> {
    let tried = usize::try_from(notice.attempts).unwrap_or(usize::MAX);
    let pause = PAUSES.get(tried.saturating_sub(1)).filter(|_| *outcome == SendOutcome::Failed);
    let tx = env.db.begin().await?;
    match pause {
        Some(seconds) => {
            let next = env.now().plus_seconds(jittered(env, *seconds));
            rows::update::<alert_notice::Entity>(notice.organization_id)
                .col_expr(alert_notice::Column::NextAt, Expr::val(next))
                .filter(alert_notice::Column::Id.eq(notice.id))
                .exec(&tx)
                .await?;
        }
        None => {
            rows::delete::<alert_notice::Entity>(notice.organization_id)
                .filter(alert_notice::Column::Id.eq(notice.id))
                .exec(&tx)
                .await?;
        }
    }
    tx.commit().await?;
    Ok(pause.is_some())
}

fn jittered(env: &Env, seconds: i64) -> i64 {
    let drawn = i64::try_from(env.ids.bits() % (2 * JITTER_PERCENT + 1)).unwrap_or_default();
    let percent = 100 - i64::try_from(JITTER_PERCENT).unwrap_or_default() + drawn;
    (seconds * percent / 100).max(1)
}

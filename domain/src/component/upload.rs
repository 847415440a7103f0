//! Links behind which a package, its source and icons are put. Whoever has one may use it: clients
//! send these files without their token.

use entity::{ComponentId, Timestamp, component, component_file};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, QueryFilter, QuerySelect, Set,
};

use super::package::Package;
use super::{definition, slots};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::event::{self, EventType};
use crate::viewer::Viewer;
use crate::{rows, signature, token};

/// How long a link is good.
const LINK_SECONDS: i64 = 3_600;

/// What is put behind a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileKind {
    Package,
    Source,
    Icon,
    ConnectionIcon,
    ConnectionAvatar,
}

impl FileKind {
    const ALL: [Self; 5] =
        [Self::Package, Self::Source, Self::Icon, Self::ConnectionIcon, Self::ConnectionAvatar];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Source => "source",
            Self::Icon => "icon",
            Self::ConnectionIcon => "connection-icon",
            Self::ConnectionAvatar => "connection-avatar",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Bytes that it may have.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::Package | Self::Source => 64 << 20,
            Self::Icon | Self::ConnectionIcon | Self::ConnectionAvatar => 1 << 20,
        }
    }

    pub const fn is_image(self) -> bool {
        matches!(self, Self::Icon | Self::ConnectionIcon | Self::ConnectionAvatar)
    }
}

/// One file of one version.
#[derive(Clone, Debug)]
pub struct Upload {
    pub component: ComponentId,
    pub kind: FileKind,
    /// The connection that an icon belongs to; empty for anything else.
    pub connection: String,
}

impl Upload {
    pub fn new(component: ComponentId, kind: FileKind) -> Self {
        Self { component, kind, connection: String::new() }
    }

    /// The same, for a connection.
    pub fn of_connection(component: ComponentId, kind: FileKind, connection: &str) -> Self {
        Self { component, kind, connection: connection.to_owned() }
    }

    /// A link that is good for an hour.
    pub fn url(&self, env: &Env) -> String {
        let until = env.now().plus_seconds(LINK_SECONDS);
        let proof = signature::sign(env, &self.subject(), until);
        let (base, kind, id) = (&env.public_url, self.kind.name(), self.component.0);
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("connection", &self.connection)
            .append_pair("until", &until.0.to_string())
            .append_pair("signature", &proof)
            .finish();
        format!("{base}/uploads/{kind}/{id}?{query}")
    }

    /// Whether the link was made here and is still good.
    pub fn is_allowed(&self, env: &Env, until: Timestamp, proof: &str) -> bool {
        signature::is_valid(env, &self.subject(), until, proof)
    }

    fn subject(&self) -> String {
        format!("component/{}/{}/{}", self.kind.name(), self.component.0, self.connection)
    }
}

/// Whether the version still waits for this file: not if it was deleted since.
pub async fn expects(env: &Env, upload: &Upload) -> Result<bool, Error> {
    Ok(token::component_by_id(env, upload.component).await?.is_some())
}

/// Makes a version available. A package that has arrived already may come again, but no other one
/// may take its place; then nothing is changed and false comes back.
pub async fn accept_package(
    env: &Env,
    id: ComponentId,
    package: &Package,
    object: &str,
) -> Result<bool, Error> {
    let Some(row) = token::component_by_id(env, id).await? else {
        return Err(Error::NotFound(Kind::Component));
    };
    let system = Viewer::System(row.organization_id);
    let actor = match row.created_by {
        Some(user) => token::viewer_of(env, row.organization_id, user).await?,
        None => None,
    };
    let tx = env.db.begin().await?;
    // Of two packages at the same moment, the second one sees the first.
    let this = system.rows::<component::Entity>().filter(component::Column::Id.eq(id));
    let row = this.lock_exclusive().one(&tx).await?.ok_or(Error::NotFound(Kind::Component))?;
    if row.available_at.is_some() {
        if row.signature == package.signature {
            return Ok(false);
        }
        return Err(Error::invalid("package", "This version has its package already."));
    }
    let mut edit = row.into_active_model();
    edit.signature = Set(package.signature.clone());
    edit.package = Set(Some(object.to_owned()));
    edit.available_at = Set(Some(env.now()));
    edit.updated_at = Set(env.now());
    let row = edit.update(&tx).await?;
    let slots = slots(&tx, &row).await?;
    let actor = actor.as_ref().unwrap_or(&system);
    event::record(env, &tx, actor, EventType::ComponentPublished, slots).await?;
    tx.commit().await?;
    env.deliveries_arrived();
    Ok(true)
}

/// Keeps a file beside the package; returns the object whose place it takes, if there is one.
pub async fn accept_file(
    env: &Env,
    upload: &Upload,
    object: &str,
) -> Result<Option<String>, Error> {
    let Some(row) = token::component_by_id(env, upload.component).await? else {
        return Err(Error::NotFound(Kind::Component));
    };
    let connection = &upload.connection;
    if !connection.is_empty() && definition(&row)?.connection(connection).is_none() {
        return Err(Error::invalid("connection", "There is no such connection."));
    }
    let organization = row.organization_id;
    let tx = env.db.begin().await?;
    let same = || {
        Condition::all()
            .add(component_file::Column::ComponentId.eq(row.id))
            .add(component_file::Column::Kind.eq(upload.kind.name()))
            .add(component_file::Column::Name.eq(connection.as_str()))
    };
    let files = Viewer::System(organization).rows::<component_file::Entity>();
    let old = files.filter(same()).one(&tx).await?;
    rows::delete::<component_file::Entity>(organization).filter(same()).exec(&tx).await?;
    let file = component_file::Model {
        id: env.ids.next(),
        organization_id: organization,
        customer_id: row.customer_id,
        component_id: row.id,
        kind: upload.kind.name().to_owned(),
        name: connection.clone(),
        object: object.to_owned(),
        created_at: env.now(),
    };
    rows::insert::<component_file::Entity>(&tx, file).await?;
    tx.commit().await?;
    Ok(old.map(|file| file.object))
}

//! The register as programs may ask it: people by name or number, structures. Public facts only (the national number is public, ANN-F).
//!
//! Requirements: DEL-01, PSC-E. Finding somebody opens nothing.

use axum::extract::State;
use rules::register::{Person, Structure};
use rules::{IdNat, Moment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::input::{Path, Query, idnat};
use super::problem::{Problem, Problems};
use super::shapes::List;
use crate::App;

/// A person of the register.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"idnat": "899790000048", "name": "Nadia SUREAU", "may_be": ["delegataire"],
    "occupations": [{"label": "secrétaire médicale", "code": "331", "structure": "CABINET MEDICAL DES LILAS", "place": "VALCLAIR"}]}))]
pub struct ProfessionalShape {
    pub idnat: String,
    pub name: String,
    /// Capacities that the register allows her today: `owner`, `cotitulaire`, `delegataire`.
    pub may_be: Vec<&'static str>,
    pub occupations: Vec<OccupationShape>,
}

/// What somebody does, where.
#[derive(Serialize, ToSchema)]
pub struct OccupationShape {
    pub label: String,
    pub code: String,
    /// Name of the structure; absent for a replacement without place.
    pub structure: Option<String>,
    pub place: Option<String>,
}

/// A structure of the register. Technical numbers are not shown (CAB-21).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "CENTRE HOSPITALIER DE VALCLAIR", "finess": "990000028", "siret": null, "place": "VALCLAIR", "sector": "SA01"}))]
pub struct StructureShape {
    pub name: String,
    pub finess: Option<String>,
    pub siret: Option<String>,
    pub place: Option<String>,
    pub sector: String,
}

/// Words to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Words {
    /// Beginnings of names in any order, or a number.
    #[param(min_length = 2, max_length = 100)]
    pub q: String,
    /// 1 to 50; 20 when absent.
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<u32>,
}

impl Words {
    fn checked(&self) -> Result<(&str, u32), Problem> {
        let (q, limit) = (self.q.trim(), self.limit.unwrap_or(20));
        if !(2..=100).contains(&q.chars().count()) {
            return Err(Problem::bad("q : 2 à 100 caractères."));
        }
        if !(1..=50).contains(&limit) {
            return Err(Problem::bad("limit : 1 à 50."));
        }
        Ok((q, limit))
    }
}

/// Finds people by name or number.
#[utoipa::path(get, path = "/register/people", tag = "register", params(Words), responses((status = 200, body = List<ProfessionalShape>), Problems))]
pub async fn people(
    State(app): State<App>,
    caller: Caller,
    Query(words): Query<Words>,
) -> Result<axum::Json<List<ProfessionalShape>>, Problem> {
    allowed(&caller)?;
    let (q, limit) = words.checked()?;
    let now = app.clock.now();
    let mut items = Vec::new();
    for person in app.store.search_people(q, limit, now).await? {
        items.push(shape(&app, &person, now).await?);
    }
    Ok(axum::Json(List { items }))
}

/// One person.
#[utoipa::path(get, path = "/register/people/{idnat}", tag = "register", params(("idnat" = String, Path, description = "National number")),
    responses((status = 200, body = ProfessionalShape), Problems))]
pub async fn person(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Result<axum::Json<ProfessionalShape>, Problem> {
    allowed(&caller)?;
    let number: IdNat = idnat(&number)?;
    let person = app.store.person(&number).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(shape(&app, &person, app.clock.now()).await?))
}

/// Finds structures by name or number.
#[utoipa::path(get, path = "/register/structures", tag = "register", params(Words), responses((status = 200, body = List<StructureShape>), Problems))]
pub async fn structures(
    State(app): State<App>,
    caller: Caller,
    Query(words): Query<Words>,
) -> Result<axum::Json<List<StructureShape>>, Problem> {
    allowed(&caller)?;
    let (q, limit) = words.checked()?;
    let found = app.store.search_structures(q, limit).await?;
    Ok(axum::Json(List { items: found.iter().map(StructureShape::of).collect() }))
}

/// Any person may look for colleagues; a system needs the scope.
fn allowed(caller: &Caller) -> Result<(), Problem> {
    match caller {
        Caller::Person(_) => Ok(()),
        Caller::System(_) => caller.may("register.read"),
    }
}

async fn shape(app: &App, person: &Person, now: Moment) -> Result<ProfessionalShape, Problem> {
    let mut occupations = Vec::new();
    for occupation in person.occupations(now) {
        let structure = match occupation.structure {
            Some(id) => app.store.structure(id).await?,
            None => None,
        };
        occupations.push(OccupationShape {
            label: occupation.label.clone(),
            code: occupation.code.to_owned(),
            structure: structure.as_ref().map(|structure| structure.name.clone()),
            place: structure.as_ref().and_then(place),
        });
    }
    let may = person.capacities(now);
    let columns = [("owner", may.owner), ("cotitulaire", may.cotitulaire), ("delegataire", may.delegataire)];
    Ok(ProfessionalShape {
        idnat: person.idnat.to_string(),
        name: person.name(),
        may_be: columns.into_iter().filter(|(_, lasting)| lasting.is_some()).map(|(name, _)| name).collect(),
        occupations,
    })
}

fn place(structure: &Structure) -> Option<String> {
    Some(structure.address.town().to_owned()).filter(|town| !town.is_empty())
}

impl StructureShape {
    fn of(structure: &Structure) -> Self {
        Self {
            name: structure.name.clone(),
            finess: structure.finess.clone(),
            siret: structure.siret.clone(),
            place: place(structure),
            sector: structure.sector.clone(),
        }
    }
}

//! The model: which processes there are, in which order, and which are switched off.

use thiserror::Error;

use crate::joint::JointModel;
use crate::parameter::{Parameter, ParameterValues};
use crate::process::Process;
use crate::processes::{
    adipogenesis::Adipogenesis,
    angiogenesis::Angiogenesis,
    bmp::Bmp,
    cartilage_matrix::CartilageMatrix,
    chondrogenesis::Chondrogenesis,
    debris::Debris,
    endochondral::Endochondral,
    fibrosis::Fibrosis,
    inflammation::Inflammation,
    mechanics::{Failure, MechanicalDamage, Mechanotransduction},
    mechanoregulation::{Energy, LacroixPrendergast, Mechanoregulation},
    migration::Migration,
    mineralisation::{Mineralisation, Uptake},
    neurogenic::Neurogenic,
    osteoblasts::Osteoblasts,
    osteogenesis::{Direct, Osteogenesis},
    osteoid::Osteoid,
    proliferation::Proliferation,
    prostaglandin::{Prostaglandin, Synthesis},
    resorption::{Osteoclasts, Resorption},
};
use crate::signals::SteadySignal;
use crate::signals::{
    cytokine::Cytokine, oxygen::Oxygen, tgf::Tgf, vegf::Vegf, wound_field::WoundField,
};
use crate::strain::Stiffness;

/// A process that a user can switch off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Switch {
    /// Its name.
    pub name: &'static str,
    /// What is left when it is off.
    pub without: &'static str,
    /// The parameters that it declares.
    pub parameters: &'static [Parameter],
}

/// Every process, in the order of the causal chain.
pub const SWITCHES: &[Switch] = &[
    switch(Debris::NAME, "debris is neither made by damage nor cleared", Debris::PARAMETERS),
    switch(Inflammation::NAME, "no macrophages come", Inflammation::PARAMETERS),
    switch(Cytokine::NAME, "no cytokine", Cytokine::PARAMETERS),
    switch(
        Synthesis::NAME,
        "no prostaglandin, as under a complete COX block",
        Synthesis::PARAMETERS,
    ),
    switch(Tgf::NAME, "no TGF-beta", Tgf::PARAMETERS),
    switch(Neurogenic::NAME, "no neuropeptides, fibres stay as they are", Neurogenic::PARAMETERS),
    switch(Bmp::NAME, "no BMP, nothing commits", Bmp::PARAMETERS),
    switch(Proliferation::NAME, "progenitors neither divide nor die", Proliferation::PARAMETERS),
    switch(Migration::NAME, "progenitors stay where they are", Migration::PARAMETERS),
    switch(Chondrogenesis::NAME, "no cartilage", Chondrogenesis::PARAMETERS),
    switch(Direct::NAME, "bone only by way of cartilage", Direct::PARAMETERS),
    switch(Adipogenesis::NAME, "no fat from unstrained progenitors", Adipogenesis::PARAMETERS),
    switch(Endochondral::NAME, "cartilage is never replaced", Endochondral::PARAMETERS),
    switch(Osteoblasts::NAME, "osteoblasts neither divide nor die", Osteoblasts::PARAMETERS),
    switch(Angiogenesis::NAME, "vessels neither grow nor spread", Angiogenesis::PARAMETERS),
    switch(Oxygen::NAME, "oxygen is normal everywhere", Oxygen::PARAMETERS),
    switch(Vegf::NAME, "no VEGF", Vegf::PARAMETERS),
    switch(Fibrosis::NAME, "no fibrous collagen", Fibrosis::PARAMETERS),
    switch(CartilageMatrix::NAME, "chondrocytes make no matrix", CartilageMatrix::PARAMETERS),
    switch(Osteoid::NAME, "osteoblasts make no matrix", Osteoid::PARAMETERS),
    switch(Uptake::NAME, "osteoid stays without mineral", Uptake::PARAMETERS),
    switch(Osteoclasts::NAME, "bone is never resorbed", Osteoclasts::PARAMETERS),
    switch(WoundField::NAME, "no electric field", WoundField::PARAMETERS),
    switch(
        Mechanotransduction::NAME,
        "differentiation needs no strain",
        Mechanotransduction::PARAMETERS,
    ),
    switch(Failure::NAME, "neither strain nor heat damages tissue", Failure::PARAMETERS),
    switch(
        Stiffness::NAME,
        "new bone neither shields nor concentrates strain",
        Stiffness::PARAMETERS,
    ),
    switch(
        JointModel::NAME,
        "no swelling, contracture or block; motion strains as in a free joint",
        JointModel::PARAMETERS,
    ),
];

const fn switch(
    name: &'static str,
    without: &'static str,
    parameters: &'static [Parameter],
) -> Switch {
    Switch { name, without, parameters }
}

/// Every parameter of the model, process by process.
pub fn parameters() -> impl Iterator<Item = &'static Parameter> {
    let switched = SWITCHES.iter().flat_map(|s| s.parameters);
    let alternatives = LacroixPrendergast::PARAMETERS.iter().chain(Energy::PARAMETERS);
    crate::problem::START_PARAMETERS.iter().chain(switched).chain(alternatives)
}

/// The processes in use, with their values.
pub struct Model {
    pub(crate) pointwise: Vec<Box<dyn Process>>,
    /// What they are called, in the same order.
    pub(crate) pointwise_names: Vec<&'static str>,
    pub(crate) signals: Vec<Box<dyn SteadySignal>>,
    pub(crate) migration: Option<Migration>,
    pub(crate) bmp: Option<Bmp>,
    pub(crate) angiogenesis: Option<Angiogenesis>,
    pub(crate) wound_field: Option<WoundField>,
    pub(crate) oxygen_half_use: f64,
    pub(crate) surviving_share: f64,
    pub(crate) joint: JointModel,
    pub(crate) joint_moves: bool,
    pub(crate) stiffens: bool,
    values: ParameterValues,
    without: Vec<&'static str>,
}

/// Why a model could not be put together.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ModelError {
    /// No process has this name.
    #[error("no process is called `{name}`; expected one of {}", names())]
    UnknownProcess {
        /// What was asked for.
        name: String,
    },
}

fn names() -> String {
    SWITCHES.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
}

impl Model {
    /// The model with these values, without the named processes, under a hypothesis of what strain
    /// permits.
    ///
    /// # Errors
    /// Refuses names that no process has.
    pub fn new(
        values: &ParameterValues,
        without: &[impl AsRef<str>],
        mechanoregulation: Mechanoregulation,
    ) -> Result<Self, ModelError> {
        let mut off = Vec::new();
        for name in without {
            let name = name.as_ref();
            match SWITCHES.iter().find(|s| s.name == name) {
                Some(switch) => off.push(switch.name),
                None => return Err(ModelError::UnknownProcess { name: name.to_owned() }),
            }
        }
        off.sort_unstable();
        off.dedup();
        let on = |name: &str| !off.contains(&name);
        // The order is that of the derived quantities: a process stands after those whose
        // quantities it reads.
        let mut pointwise: Vec<(&'static str, Box<dyn Process>)> = vec![
            (Neurogenic::NAME, Box::new(Neurogenic::new(values))),
            (Synthesis::NAME, Box::new(Prostaglandin::new(values))),
            (Bmp::NAME, Box::new(Bmp::new(values))),
            (Mechanotransduction::NAME, mechanoregulation.process(values)),
            (Failure::NAME, Box::new(MechanicalDamage::new(values))),
            (Debris::NAME, Box::new(Debris::new(values))),
            (Inflammation::NAME, Box::new(Inflammation::new(values))),
            (Proliferation::NAME, Box::new(Proliferation::new(values))),
            (Chondrogenesis::NAME, Box::new(Chondrogenesis::new(values))),
            (Direct::NAME, Box::new(Osteogenesis::new(values))),
            (Adipogenesis::NAME, Box::new(Adipogenesis::new(values))),
            (Endochondral::NAME, Box::new(Endochondral::new(values))),
            (Osteoblasts::NAME, Box::new(Osteoblasts::new(values))),
            (Angiogenesis::NAME, Box::new(Angiogenesis::new(values))),
            (Fibrosis::NAME, Box::new(Fibrosis::new(values))),
            (CartilageMatrix::NAME, Box::new(CartilageMatrix::new(values))),
            (Osteoid::NAME, Box::new(Osteoid::new(values))),
            (Uptake::NAME, Box::new(Mineralisation::new(values))),
            (Osteoclasts::NAME, Box::new(Resorption::new(values))),
        ];
        pointwise.retain(|(name, _)| on(name));
        let signals: Vec<(&str, Box<dyn SteadySignal>)> = vec![
            (Cytokine::NAME, Box::new(Cytokine::new(values))),
            (Tgf::NAME, Box::new(Tgf::new(values))),
            (Oxygen::NAME, Box::new(Oxygen::new(values))),
            (Vegf::NAME, Box::new(Vegf::new(values))),
            (WoundField::NAME, Box::new(WoundField::new(values))),
        ];
        Ok(Self {
            migration: on(Migration::NAME).then(|| Migration::new(values)),
            bmp: on(Bmp::NAME).then(|| Bmp::new(values)),
            angiogenesis: on(Angiogenesis::NAME).then(|| Angiogenesis::new(values)),
            wound_field: on(WoundField::NAME).then(|| WoundField::new(values)),
            oxygen_half_use: Oxygen::new(values).half_use,
            surviving_share: Endochondral::new(values).surviving_share,
            joint: JointModel::new(values),
            joint_moves: on(JointModel::NAME),
            stiffens: on(Stiffness::NAME),
            pointwise_names: pointwise.iter().map(|(name, _)| *name).collect(),
            pointwise: pointwise.into_iter().map(|(_, process)| process).collect(),
            signals: signals.into_iter().filter(|(name, _)| on(name)).map(|(_, s)| s).collect(),
            values: values.clone(),
            without: off,
        })
    }

    /// The parameter values in use.
    #[must_use]
    pub fn values(&self) -> &ParameterValues {
        &self.values
    }

    /// The rules of the joint as a whole.
    #[must_use]
    pub fn joint_model(&self) -> &JointModel {
        &self.joint
    }

    /// The names of the processes that are switched off.
    #[must_use]
    pub fn without(&self) -> &[&'static str] {
        &self.without
    }
}

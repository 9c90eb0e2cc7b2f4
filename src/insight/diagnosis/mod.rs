//! Why a call failed: what is known of it, causes by rules, and the probes that tell them apart.

pub mod asking;
pub mod back_off;
pub mod by_hand;
pub mod calibration;
pub(super) mod explain;
pub mod facts;
pub mod isolate;
pub(super) mod kind;
pub mod learned;
pub mod probe;
pub(super) mod refutation;
pub mod rules;
pub mod seen;
pub(super) mod status;

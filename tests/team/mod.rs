//! The shared history with a real server: what one does is with the others, once, whatever is
//! killed in between, and nobody can touch what is not theirs.

mod cluster;
mod crash;
mod home;
mod rights;
mod scale;
mod shared;
mod tls;

use cluster::{Cluster, PASSWORD, SOON, block_on};
use home::{Desk, call, query};

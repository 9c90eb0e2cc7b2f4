//! What every form begins with.

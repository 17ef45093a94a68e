//! Borrador.

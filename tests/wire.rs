//! The wire without a window: commands by name, with JSON, through the real access-control list.

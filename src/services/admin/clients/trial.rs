//! A client is tried out: its own flow from the console, with an answer that is shown decoded and keeps no token.

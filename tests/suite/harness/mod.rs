//! A server that really listens, and the people and programs that talk to it.

mod account;
mod admin;
mod answer;
mod authorization;
mod browser;
mod client;
mod database;
mod jwt;
mod letters;
mod page;
mod request;
mod server;
mod smtp;
mod user;

pub(crate) use account::{CLASSIC, CODITECT, COMIND, CONTRACTS, Contract, DATIX, Made, Phone, Session};
pub(crate) use admin::{Admin, Call, Program, operator};
pub(crate) use answer::{Answer, Tokens};
pub(crate) use authorization::{Asked, Authorization, Code};
pub(crate) use browser::Browser;
pub(crate) use client::{Auth, ClientBuilder, TestClient, basic};
pub(crate) use database::Place;
pub(crate) use jwt::{claims, header};
pub(crate) use request::{FORM, Request};
pub(crate) use server::{Server, Site, cast};
pub(crate) use smtp::{MailServer, Manner};
pub(crate) use user::{PASSWORD, TestUser};

pub(crate) use reqwest::Method;
pub(crate) use signet::domain::time::Seconds;

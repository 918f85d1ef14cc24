//! The tables, as diesel sees them on both databases.

diesel::table! {
    users (id) {
        id -> Text,
        username -> Text,
        email -> Nullable<Text>,
        email_verified -> Bool,
        password_hash -> Nullable<Text>,
        name -> Nullable<Text>,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        picture -> Nullable<Text>,
        locale -> Nullable<Text>,
        zoneinfo -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        phone_number_verified -> Bool,
        address -> Nullable<Text>,
        status -> Text,
        role -> Text,
        privileges -> Text,
        attributes -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        first_proved_at -> Nullable<BigInt>,
        email_proved_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        secret -> Binary,
        auth_time -> BigInt,
        methods -> Text,
        door -> Text,
        device -> Nullable<Text>,
        address -> Nullable<Text>,
        last_seen_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        name -> Text,
        kind -> Text,
        first_party -> Bool,
        enabled -> Bool,
        auth_methods -> Text,
        redirect_uris -> Text,
        post_logout_redirect_uris -> Text,
        grant_types -> Text,
        scope -> Text,
        resources -> Text,
        default_resource -> Nullable<Text>,
        resource_server -> Text,
        pkce -> Text,
        refresh -> Text,
        access_seconds -> Nullable<BigInt>,
        cors_origins -> Text,
        logo_uri -> Nullable<Text>,
        policy_uri -> Nullable<Text>,
        tos_uri -> Nullable<Text>,
        owner -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    client_usage (client_id, day) {
        client_id -> Text,
        day -> BigInt,
        tokens -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    client_secrets (id) {
        id -> Text,
        client_id -> Text,
        digest -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    scopes (name) {
        name -> Text,
        description -> Text,
        resource -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    resources (identifier) {
        identifier -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scope -> Text,
        claims -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Binary,
        client_id -> Text,
        user_id -> Text,
        session_id -> Text,
        binding -> Text,
        scope -> Text,
        resources -> Text,
        claims -> Nullable<Text>,
        auth_time -> BigInt,
        methods -> Text,
        generation -> BigInt,
        rotated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        public_jwk -> Text,
        sealed_private -> Binary,
        created_at -> BigInt,
        activates_at -> BigInt,
        retires_at -> Nullable<BigInt>,
        gone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sealing_keys (fingerprint) {
        fingerprint -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    organisations (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    memberships (user_id, organisation_id) {
        user_id -> Text,
        organisation_id -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    groups (id) {
        id -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    group_members (user_id, group_id) {
        user_id -> Text,
        group_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    one_time_tokens (digest) {
        digest -> Binary,
        purpose -> Text,
        user_id -> Nullable<Text>,
        code -> Nullable<Binary>,
        payload -> Nullable<Text>,
        attempts -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    totp_factors (user_id) {
        user_id -> Text,
        sealed_secret -> Binary,
        confirmed_at -> Nullable<BigInt>,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    backup_codes (user_id, digest) {
        user_id -> Text,
        digest -> Binary,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        description -> Nullable<Text>,
        prefix -> Text,
        digest -> Binary,
        previous_digest -> Nullable<Binary>,
        previous_expires_at -> Nullable<BigInt>,
        scope -> Text,
        environment -> Text,
        maker -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    identities (provider, subject) {
        provider -> Text,
        subject -> Text,
        user_id -> Text,
        label -> Nullable<Text>,
        created_at -> BigInt,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    mail_outbox (id) {
        id -> Text,
        sealed -> Binary,
        attempts -> BigInt,
        next_at -> BigInt,
        expires_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    rate_counters (bucket) {
        bucket -> Text,
        count -> BigInt,
        locked_until -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        at -> BigInt,
        actor -> Text,
        user_id -> Nullable<Text>,
        action -> Text,
        outcome -> Text,
        address -> Nullable<Text>,
        detail -> Nullable<Text>,
        position -> Nullable<BigInt>,
        link -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_chain (name) {
        name -> Text,
        position -> BigInt,
        link -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    search_words (kind, word, id) {
        kind -> Text,
        word -> Text,
        id -> Text,
    }
}

diesel::joinable!(api_keys -> users (user_id));
diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(consents -> clients (client_id));
diesel::joinable!(grants -> clients (client_id));
diesel::joinable!(grants -> users (user_id));
diesel::joinable!(group_members -> groups (group_id));
diesel::joinable!(group_members -> users (user_id));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(memberships -> organisations (organisation_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    client_secrets,
    clients,
    consents,
    grants,
    group_members,
    groups,
    identities,
    memberships,
    organisations,
    search_words,
    sessions,
    users,
);

diesel::allow_tables_to_appear_in_same_query!(backup_codes, totp_factors);

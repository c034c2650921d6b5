"""What things are called in the generated company, and what goes wrong there."""

# Team: (what it is about, what it has tables of).
TEAMS = {
    "catalog": ("products, prices and stock texts", (
        "products", "variants", "prices", "categories", "brands", "images", "attributes", "bundles")),
    "finance": ("the books", (
        "invoices", "ledger", "accruals", "budgets", "costs", "taxes", "assets", "closings")),
    "growth": ("how visitors become customers", (
        "sessions", "signups", "funnels", "experiments", "referrals", "landing_pages", "coupons", "churn")),
    "logistics": ("parcels and warehouses", (
        "shipments", "parcels", "carriers", "returns", "stock", "picks", "routes", "warehouses")),
    "marketing": ("campaigns and what they cost", (
        "campaigns", "ads", "clicks", "impressions", "spend", "newsletters", "audiences", "attribution")),
    "payments": ("money that comes in and goes out", (
        "charges", "payouts", "refunds", "disputes", "settlements", "cards", "mandates", "fees")),
    "people": ("those who work here", (
        "employees", "contracts", "absences", "salaries", "candidates", "interviews", "trainings", "teams")),
    "platform": ("what all others build on", (
        "customers", "orders", "order_items", "dates", "currencies", "countries", "devices", "logins")),
    "risk": ("fraud and credit", (
        "scores", "alerts", "blocklists", "chargebacks", "identities", "limits", "rules", "cases")),
    "sales": ("deals with companies", (
        "accounts", "leads", "deals", "quotes", "renewals", "territories", "quotas", "partners")),
    "search": ("what people look for, and find", (
        "queries", "results", "rankings", "synonyms", "suggestions", "embeddings", "facets", "clickthroughs")),
    "support": ("questions and complaints", (
        "tickets", "chats", "calls", "ratings", "macros", "agents", "escalations", "articles")),
}

VENDORS = ("adyen", "airtable", "braze", "criteo", "datadog", "dhl", "facebook", "ga4", "google_ads", "hubspot",
           "iterable", "jira", "kafka", "mysql", "netsuite", "oracle", "pagerduty", "postgres", "salesforce", "sap",
           "segment", "sftp", "shopify", "snowplow", "stripe", "twilio", "ups", "workday", "zendesk", "zuora")
PLACES = ("", "eu", "us", "apac", "latam", "uk", "dach", "nordics", "legacy", "v2", "mobile", "web", "b2b", "b2c")
SHAPES = {
    "staging": ("{e}", "{e}_clean", "{e}_dedup", "{e}_typed", "{e}_history"),
    "core": ("dim_{e}", "fct_{e}", "fct_{e}_daily", "bridge_{e}", "int_{e}", "snap_{e}"),
    "marts": ("{e}_daily", "{e}_weekly", "{e}_by_country", "{e}_by_channel", "{e}_cohorts", "{e}_kpis",
              "{e}_forecast", "{e}_features"),
    "reports": ("{e}_dashboard", "{e}_board_pack", "{e}_export", "{e}_alerting", "{e}_scorecard"),
}
KINDS = {
    "source": (("webhook",), ("webhook", "kafka"), ("webhook", "s3")),
    "file": (("file", "csv"),),
    "raw": (("python",), ("airbyte",), ("fivetran",), ("python", "parquet")),
    "staging": (("dbt", "snowflake"), ("sql", "snowflake"), ("spark",)),
    "core": (("dbt", "snowflake"), ("dbt", "snowflake"), ("spark",)),
    "marts": (("dbt", "snowflake"), ("sql", "snowflake"), ("python", "pandas"), ("spark",)),
    "reports": (("looker",), ("tableau",), ("metabase",), ("python", "excel")),
}
COLUMNS = (("id", "bigint"), ("created_at", "timestamp"), ("updated_at", "timestamp"), ("customer_id", "bigint"),
           ("country", "varchar"), ("currency", "varchar"), ("amount", "decimal(18,2)"), ("quantity", "int"),
           ("status", "varchar"), ("channel", "varchar"), ("email", "varchar"), ("is_test", "boolean"),
           ("segment", "varchar"), ("valid_from", "date"), ("valid_to", "date"), ("source_system", "varchar"),
           ("loaded_at", "timestamp"), ("revenue", "decimal(18,2)"), ("cost", "decimal(18,2)"), ("margin", "double"))
PII_COLUMNS = ("email", "customer_id")

DESCRIPTIONS = {
    "source": "{e}, as {vendor} delivers them to {team}.",
    "raw": "{e} as they came: nothing is changed, one row for each that was received.",
    "staging": "{e} with clean types and names, without duplicates. Owned by {team}, which is about {about}.",
    "core": "The {e} that everybody means: one row for each, conformed with the shared dimensions.",
    "marts": "{e}, prepared for questions about {about}.",
    "reports": "What {team} looks at in the morning: {e} and how they develop.",
}
CHECKS = (("not_empty", "error", "It has rows."), ("unique_id", "error", "No id exists twice."),
          ("row_count_drift", "warn", "As many rows as usual, give or take a fifth."),
          ("accepted_values", "warn", "Only values that are known."),
          ("foreign_keys", "error", "What it refers to is there."))
CHECK_FAILURES = {
    "not_empty": "0 rows, at least 1 is wanted",
    "unique_id": "412 of 1880341 ids exist twice, such as 99120471",
    "row_count_drift": "61 % fewer rows than the average of the last 14 updates",
    "accepted_values": "status has the unknown value \"pending_review\" in 1204 rows",
    "foreign_keys": "customer_id 8812093 and 57 others are not in dim_customers",
}

PEOPLE = ("amara", "ben", "chiara", "dmitri", "elena", "farid", "greta", "hiro", "ines", "jonas")
# (exit code, or 0 - signal; text)
ERRORS = (
    (1, "snowflake.connector.errors.ProgrammingError: 002003 (42S02): SQL compilation error: "
        "Object 'STAGING.ORDERS_V2' does not exist or not authorized."),
    (1, "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.example.com', port=443): "
        "Read timed out. (read timeout=60)"),
    (-9, "out of memory: killed at 16.2 GiB of 16 GiB"),
    (1, "KeyError: 'discount_code'"),
    (1, "Database Error in model (models/core/fct.sql): 100038 (22018): Numeric value 'N/A' is not recognized"),
    (1, "psycopg2.OperationalError: connection to server at \"10.4.12.7\", port 5432 failed: "
        "FATAL: too many connections for role \"etl\""),
    (1, "requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: "
        "https://api.example.com/v2/export"),
    (2, "AssertionError: expected 14 columns, found 15: ['utm_id'] is new"),
    (1, "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: "
        "Access Denied"),
    (137, "org.apache.spark.SparkException: Job aborted due to stage failure: Task 31 in stage 4.0 failed 4 times"),
)

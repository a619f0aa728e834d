"""Names from AWS for the pickers of the editor's forms."""

MAX_TABLES = 500


def catalog_names() -> dict[str, list]:
    """Databases and tables of the Glue Data Catalog that the environment's credentials see."""
    import boto3

    glue = boto3.Session().client("glue")
    databases, tables = [], []
    for page in glue.get_paginator("get_databases").paginate():
        databases += [item["Name"] for item in page["DatabaseList"]]
    for database in databases:
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=database):
            tables += [{"database": database, "table": t["Name"]} for t in page["TableList"]]
            if len(tables) >= MAX_TABLES:
                return {"databases": databases, "tables": tables[:MAX_TABLES]}
    return {"databases": databases, "tables": tables}

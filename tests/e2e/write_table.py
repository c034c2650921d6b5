"""Writes a row into a table: write_table.py FORMAT FOLDER [TABLE [CATALOG]]; run by the Python of tests/services/tables."""
import os
import sys


def delta(folder):
    import deltalake
    import pyarrow
    deltalake.write_deltalake(folder, pyarrow.table({"id": [1, 2], "amount": [1.5, 2.5]}), mode="append")


def iceberg(folder):
    import pyarrow
    from pyiceberg.catalog.sql import SqlCatalog
    rows = pyarrow.table({"id": [1, 2], "amount": [1.5, 2.5]})
    catalog = SqlCatalog("tests", uri=f"sqlite:///{folder}.sqlite", warehouse=f"file://{os.path.dirname(folder)}")
    catalog.create_namespace_if_not_exists("lake")
    catalog.create_table_if_not_exists("lake.orders", schema=rows.schema, location=f"file://{folder}").append(rows)


def ducklake(folder, table, catalog=None):
    import duckdb
    site = os.path.dirname(os.path.dirname(duckdb.__file__))
    connection = duckdb.connect()
    for name in ("sqlite_scanner", "postgres_scanner", "ducklake"):
        connection.execute(f"load '{site}/duckdb_extension_{name}/extensions/v{duckdb.__version__}/{name}.duckdb_extension'")
    catalog = catalog or f"sqlite:{folder}/catalog.sqlite"
    connection.execute(f"attach 'ducklake:{catalog}' as lake (data_path '{folder}/data')")
    connection.execute("begin")  # one snapshot, also of the first
    connection.execute(f"create table if not exists lake.{table} (id int)")
    connection.execute(f"insert into lake.{table} values (1)")
    connection.execute("commit")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])

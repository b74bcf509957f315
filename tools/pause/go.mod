module windrose.airflow/tools/pause

go 1.24.0

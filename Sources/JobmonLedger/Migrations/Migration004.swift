/// Frozen, like every migration.
///
/// What went wrong as structure, beside its text; and the names that 2017's tables and columns had, where ours are called
/// otherwise: views, and columns that are computed when they are read.
enum Migration004 {
    static let identifier = "004"

    static let sql = """
        ALTER TABLE error ADD COLUMN traceback TEXT;

        ALTER TABLE job ADD COLUMN current_status INTEGER GENERATED ALWAYS AS (status) VIRTUAL;
        ALTER TABLE job_instance ADD COLUMN current_status INTEGER GENERATED ALWAYS AS (status) VIRTUAL;
        ALTER TABLE job_instance ADD COLUMN job_instance_type TEXT GENERATED ALWAYS AS (executor) VIRTUAL;
        ALTER TABLE job_instance ADD COLUMN maxvmem INTEGER GENERATED ALWAYS AS (maxrss) VIRTUAL;

        CREATE VIEW job_instance_status AS
            SELECT id, job_instance_id, status, status_time FROM job_status;
        CREATE VIEW job_instance_error AS
            SELECT id, job_instance_id, error_time, description FROM error;
        """
}

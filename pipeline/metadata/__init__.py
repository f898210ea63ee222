"""ML Metadata: where a workspace's is kept, whose is whose in a database, and the way from sqlite to one."""

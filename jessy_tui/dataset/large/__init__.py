"""Files of many rows: found, labelled and searched where they lie, decoded only where looked at."""

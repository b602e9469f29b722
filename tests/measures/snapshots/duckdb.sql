-- bounds
SELECT
  *,
  CAST(FLOOR((
    _day - 1
  ) / 64.0) AS INT) AS last_block,
  CASE (
      (
        _day - 1
      ) - 64 * CAST(FLOOR((
        _day - 1
      ) / 64.0) AS INT)
    )
    WHEN 63
    THEN -1
    WHEN 62
    THEN 9223372036854775807
    ELSE (
      CAST(1 AS BIGINT) << (
        LEAST((
          (
            _day - 1
          ) - 64 * CAST(FLOOR((
            _day - 1
          ) / 64.0) AS INT)
        ), 61) + 1
      )
    ) - 1
  END AS last_mask,
  CAST(FLOOR(first_0 / 64.0) AS INT) AS block_0,
  CASE
    WHEN (
      first_0 - 64 * CAST(FLOOR(first_0 / 64.0) AS INT)
    ) = 63
    THEN (
      -9223372036854775807 - 1
    )
    ELSE -(
      CAST(1 AS BIGINT) << LEAST((
        first_0 - 64 * CAST(FLOOR(first_0 / 64.0) AS INT)
      ), 62)
    )
  END AS mask_0,
  CAST(FLOOR(first_1 / 64.0) AS INT) AS block_1,
  CASE
    WHEN (
      first_1 - 64 * CAST(FLOOR(first_1 / 64.0) AS INT)
    ) = 63
    THEN (
      -9223372036854775807 - 1
    )
    ELSE -(
      CAST(1 AS BIGINT) << LEAST((
        first_1 - 64 * CAST(FLOOR(first_1 / 64.0) AS INT)
      ), 62)
    )
  END AS mask_1,
  CAST(FLOOR(first_2 / 64.0) AS INT) AS block_2,
  CASE
    WHEN (
      first_2 - 64 * CAST(FLOOR(first_2 / 64.0) AS INT)
    ) = 63
    THEN (
      -9223372036854775807 - 1
    )
    ELSE -(
      CAST(1 AS BIGINT) << LEAST((
        first_2 - 64 * CAST(FLOOR(first_2 / 64.0) AS INT)
      ), 62)
    )
  END AS mask_2,
  CAST(FLOOR(first_3 / 64.0) AS INT) AS block_3,
  CASE
    WHEN (
      first_3 - 64 * CAST(FLOOR(first_3 / 64.0) AS INT)
    ) = 63
    THEN (
      -9223372036854775807 - 1
    )
    ELSE -(
      CAST(1 AS BIGINT) << LEAST((
        first_3 - 64 * CAST(FLOOR(first_3 / 64.0) AS INT)
      ), 62)
    )
  END AS mask_3,
  CAST(FLOOR(first_4 / 64.0) AS INT) AS block_4,
  CASE
    WHEN (
      first_4 - 64 * CAST(FLOOR(first_4 / 64.0) AS INT)
    ) = 63
    THEN (
      -9223372036854775807 - 1
    )
    ELSE -(
      CAST(1 AS BIGINT) << LEAST((
        first_4 - 64 * CAST(FLOOR(first_4 / 64.0) AS INT)
      ), 62)
    )
  END AS mask_4
FROM (
  SELECT
    *,
    day_0 AS first_0,
    day_1 AS first_1,
    day_2 AS first_2,
    day_3 + CAST(part_3 AS INT) AS first_3,
    CASE WHEN part_3 AND day_3 < _day THEN day_3 END AS begin_3,
    day_4 AS first_4
  FROM (
    SELECT
      _key,
      _account,
      _at,
      _day,
      ALOFT_DAYS((
        _date - 6
      )) AS day_0,
      ALOFT_DAYS((
        _date - 27
      )) AS day_1,
      ALOFT_DAYS((
        _date - 89
      )) AS day_2,
      ALOFT_INSTANT((
        _date - 89
      ), _zone) AS lo_2,
      ALOFT_DAY("contract_start", _zone) AS day_3,
      "contract_start" AS lo_3,
      NOT ALOFT_IS_MIDNIGHT("contract_start", _zone) AS part_3,
      -1000000 AS day_4,
      CAST('1970-01-01' AS TIMESTAMP) AS lo_4
    FROM placed
  )
);

-- edges
SELECT
  b._key,
  -1 AS part,
  e.day >= b.first_0 AS in_0,
  e.day >= b.first_1 AS in_1,
  e.day >= b.first_2 AS in_2,
  e.occurred >= b.lo_3 AS in_3,
  e.day >= b.first_4 AS in_4,
  e.app_user,
  n.name AS called,
  e.name,
  e.occurred,
  e.received,
  e.message_id,
  e.day,
  e.times,
  e.properties,
  e.source,
  e.kind
FROM bounds AS b
JOIN event AS e
  ON e.account = b._account AND e.day = b._day
JOIN (
  SELECT
    id,
    name
  FROM event_name
) AS n
  ON n.id = e.name
WHERE
  e.occurred <= b._at
UNION ALL
SELECT
  b._key,
  b.part,
  b.part = 0 AS in_0,
  b.part = 1 AS in_1,
  b.part = 2 AS in_2,
  b.part = 3 AS in_3,
  b.part = 4 AS in_4,
  e.app_user,
  n.name AS called,
  e.name,
  e.occurred,
  e.received,
  e.message_id,
  e.day,
  e.times,
  e.properties,
  e.source,
  e.kind
FROM (
  SELECT
    _key,
    _account,
    _at,
    3 AS part,
    lo_3 AS lo,
    begin_3 AS begin
  FROM bounds
  WHERE
    NOT begin_3 IS NULL
) AS b
JOIN event AS e
  ON e.account = b._account AND e.day = b.begin
JOIN (
  SELECT
    id,
    name
  FROM event_name
) AS n
  ON n.id = e.name
WHERE
  e.occurred >= b.lo AND e.occurred <= b._at;

-- read_day
WITH counted AS (
  SELECT
    b._key,
    s.day >= b.first_0 AS in_0,
    s.day >= b.first_1 AS in_1,
    s.day >= b.first_2 AS in_2,
    s.day >= b.first_4 AS in_4,
    n.of_0,
    n.of_1,
    n.of_2,
    n.of_3,
    n.of_4,
    n.of_5,
    CAST(NULL AS BIGINT) AS digest,
    s.day,
    s.n,
    s.first,
    s.last,
    CAST(NULL AS BIGINT) AS weight,
    CAST(NULL AS DECIMAL(38, 6)) AS total,
    CAST(NULL AS DECIMAL(24, 6)) AS low,
    CAST(NULL AS DECIMAL(24, 6)) AS high
  FROM bounds AS b
  JOIN day_count AS s
    ON s.account = b._account
  JOIN (
    SELECT
      id,
      name IN ('Signed In') AS of_0,
      TRUE AS of_1,
      name IN ('User Created') AS of_2,
      name IN ('Feature 7 Used') AS of_3,
      name IN ('Feature 8 Used', 'Feature 9 Used') AS of_4,
      name IN ('Report Exported') AS of_5
    FROM event_name
    WHERE
      name IN ('Signed In')
      OR TRUE
      OR name IN ('User Created')
      OR name IN ('Feature 7 Used')
      OR name IN ('Feature 8 Used', 'Feature 9 Used')
      OR name IN ('Report Exported')
  ) AS n
    ON n.id = s.name
  WHERE
    s.day < b._day
    AND (
      (
        n.of_0 AND s.day >= LEAST(b.first_0, b.first_1, b.first_2, b.first_4)
      )
      OR (
        n.of_1 AND s.day >= b.first_1
      )
      OR (
        n.of_2 AND s.day >= b.first_1
      )
      OR (
        n.of_3 AND s.day >= b.first_1
      )
      OR (
        n.of_4 AND s.day >= b.first_1
      )
      OR (
        n.of_5 AND s.day >= b.first_4
      )
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    called IN ('Signed In'),
    TRUE,
    called IN ('User Created'),
    called IN ('Feature 7 Used'),
    called IN ('Feature 8 Used', 'Feature 9 Used'),
    called IN ('Report Exported'),
    NULL,
    day,
    times,
    occurred,
    occurred,
    NULL,
    NULL,
    NULL,
    NULL
  FROM edges
  UNION ALL
  SELECT
    b._key,
    s.day >= b.first_0 AS in_0,
    s.day >= b.first_1 AS in_1,
    s.day >= b.first_2 AS in_2,
    s.day >= b.first_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    s.digest,
    s.day,
    s.n,
    s.first,
    s.last,
    s.weight,
    s.total,
    s.low,
    s.high
  FROM bounds AS b
  JOIN kept_day AS s
    ON s.account = b._account
  WHERE
    s.digest IN (
      2836362700080970622,
      6114336364270427303,
      1317316532512285357,
      8638756773259823892,
      8917728982000593545,
      6433322488679723558,
      4491334875824454062
    )
    AND s.day < b._day
    AND (
      (
        s.digest = 2836362700080970622 AND s.day >= b.first_1
      )
      OR (
        s.digest = 6114336364270427303 AND s.day >= b.first_1
      )
      OR (
        s.digest = 1317316532512285357 AND s.day >= b.first_1
      )
      OR (
        s.digest = 8638756773259823892 AND s.day >= b.first_1
      )
      OR (
        s.digest = 8917728982000593545 AND s.day >= b.first_1
      )
      OR (
        s.digest = 6433322488679723558 AND s.day >= b.first_2
      )
      OR (
        s.digest = 4491334875824454062 AND s.day >= LEAST(b.first_1, b.first_2)
      )
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    2836362700080970622,
    day,
    times,
    occurred,
    occurred,
    NULL,
    NULL,
    NULL,
    NULL
  FROM edges
  WHERE
    called IN ('Report Exported')
    AND (
      (
        properties ->> '$.format'
      ) = 'csv'
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    6114336364270427303,
    day,
    times,
    occurred,
    occurred,
    NULL,
    NULL,
    NULL,
    NULL
  FROM edges
  WHERE
    called IN ('Ticket Opened')
    AND (
      (
        properties ->> '$.priority'
      ) = 'urgent'
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    1317316532512285357,
    day,
    times,
    occurred,
    occurred,
    NULL,
    NULL,
    NULL,
    NULL
  FROM edges
  WHERE
    called IN ('Report Exported')
    AND (
      TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    8638756773259823892,
    day,
    times,
    occurred,
    occurred,
    CASE
      WHEN NOT TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) IS NULL
      THEN times
    END,
    TRY_CAST(TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) * times AS DECIMAL(30, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
  FROM edges
  WHERE
    called IN ('Report Exported')
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    8917728982000593545,
    day,
    times,
    occurred,
    occurred,
    CASE
      WHEN NOT TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) IS NULL
      THEN times
    END,
    TRY_CAST(TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) * times AS DECIMAL(30, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
  FROM edges
  WHERE
    called IN ('Report Exported')
    AND (
      (
        properties ->> '$.format'
      ) = 'csv'
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    6433322488679723558,
    day,
    times,
    occurred,
    occurred,
    CASE
      WHEN NOT TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) IS NULL
      THEN times
    END,
    TRY_CAST(TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) * times AS DECIMAL(30, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
  FROM edges
  WHERE
    called IN ('Report Exported')
    AND (
      TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
    )
  UNION ALL
  SELECT
    _key,
    in_0,
    in_1,
    in_2,
    in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    4491334875824454062,
    day,
    times,
    occurred,
    occurred,
    CASE
      WHEN NOT TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) IS NULL
      THEN times
    END,
    TRY_CAST(TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)) * times AS DECIMAL(30, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6)),
    TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
  FROM edges
  WHERE
    called IN ('Signed In')
)
SELECT
  _key,
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_0 AND in_0), 0) AS BIGINT) AS "sign_ins_7d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_0 AND in_1), 0) AS BIGINT) AS "sign_ins_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_0 AND in_2), 0) AS BIGINT) AS "sign_ins_90d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_1 AND in_1), 0) AS BIGINT) AS "events_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_2 AND in_1), 0) AS BIGINT) AS "created_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_3 AND in_1), 0) AS BIGINT) AS "reports_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    of_4 AND in_1), 0) AS BIGINT) AS "shares_28d",
  COUNT(DISTINCT day) FILTER(WHERE
    of_0 AND in_1) AS "active_days_28d",
  MIN(first) FILTER(WHERE
    of_5 AND in_4) AS "first_export",
  MAX(last) FILTER(WHERE
    of_0 AND in_4) AS "last_sign_in",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    digest = 2836362700080970622 AND in_1), 0) AS BIGINT) AS "csv_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    digest = 6114336364270427303 AND in_1), 0) AS BIGINT) AS "urgent_28d",
  CAST(COALESCE(SUM(n) FILTER(WHERE
    digest = 1317316532512285357 AND in_1), 0) AS BIGINT) AS "large_28d",
  COUNT(DISTINCT day) FILTER(WHERE
    digest = 2836362700080970622 AND in_1) AS "csv_days_28d",
  CAST(COALESCE(SUM(total) FILTER(WHERE
    digest = 8638756773259823892 AND in_1), 0) AS DOUBLE) AS "rows_28d",
  CAST(COALESCE(SUM(total) FILTER(WHERE
    digest = 8917728982000593545 AND in_1), 0) AS DOUBLE) AS "rows_csv_28d",
  CAST(COALESCE(SUM(total) FILTER(WHERE
    digest = 6433322488679723558 AND in_2), 0) AS DOUBLE) AS "rows_large_90d",
  CAST(COALESCE(SUM(total) FILTER(WHERE
    digest = 4491334875824454062 AND in_1), 0) AS DOUBLE) AS "minutes_28d",
  CAST(COALESCE(SUM(total) FILTER(WHERE
    digest = 4491334875824454062 AND in_2), 0) AS DOUBLE) AS "minutes_90d"
FROM counted
GROUP BY
  _key;

-- read_word
WITH counted AS (
  SELECT
    b._key,
    s.app_user,
    CAST(NULL AS BIGINT) AS digest,
    s.block >= b.block_0
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_0 THEN b.mask_0 ELSE -1 END
    ) <> 0 AS in_0,
    s.block >= b.block_1
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_1 THEN b.mask_1 ELSE -1 END
    ) <> 0 AS in_1,
    s.block >= b.block_2
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_2 THEN b.mask_2 ELSE -1 END
    ) <> 0 AS in_2,
    s.block >= b.block_3
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_3 THEN b.mask_3 ELSE -1 END
    ) <> 0 AS in_3
  FROM bounds AS b
  JOIN user_word AS s
    ON s.account = b._account
  WHERE
    s.block <= b.last_block
    AND s.block >= LEAST(b.block_0, b.block_1, b.block_2, b.block_3)
  UNION ALL
  SELECT
    _key,
    app_user,
    NULL,
    in_0,
    in_1,
    in_2,
    in_3
  FROM edges
  WHERE
    (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
  UNION ALL
  SELECT
    b._key,
    s.app_user,
    s.digest AS digest,
    s.block >= b.block_0
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_0 THEN b.mask_0 ELSE -1 END
    ) <> 0 AS in_0,
    s.block >= b.block_1
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_1 THEN b.mask_1 ELSE -1 END
    ) <> 0 AS in_1,
    s.block >= b.block_2
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_2 THEN b.mask_2 ELSE -1 END
    ) <> 0 AS in_2,
    s.block >= b.block_3
    AND (
      s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_3 THEN b.mask_3 ELSE -1 END
    ) <> 0 AS in_3
  FROM bounds AS b
  JOIN kept_word AS s
    ON s.account = b._account
  WHERE
    s.block <= b.last_block
    AND s.block >= LEAST(b.block_0, b.block_1, b.block_2, b.block_3)
    AND s.digest IN (8319675758795710882, 8919477242351348396, 4805120595706273968)
  UNION ALL
  SELECT
    _key,
    app_user,
    8319675758795710882,
    in_0,
    in_1,
    in_2,
    in_3
  FROM edges
  WHERE
    called IN ('Report Exported')
    AND (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
  UNION ALL
  SELECT
    _key,
    app_user,
    8919477242351348396,
    in_0,
    in_1,
    in_2,
    in_3
  FROM edges
  WHERE
    called IN ('User Created')
    AND (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
  UNION ALL
  SELECT
    _key,
    app_user,
    4805120595706273968,
    in_0,
    in_1,
    in_2,
    in_3
  FROM edges
  WHERE
    called IN ('Ticket Opened')
    AND (
      (
        properties ->> '$.priority'
      ) = 'urgent'
    )
    AND (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
), seen AS (
  SELECT
    _key,
    app_user,
    BOOL_OR(CAST(digest IS NULL AND in_0 AS BOOLEAN)) AS there_0,
    BOOL_OR(CAST(digest IS NULL AND in_1 AS BOOLEAN)) AS there_1,
    BOOL_OR(CAST(digest IS NULL AND in_2 AS BOOLEAN)) AS there_2,
    BOOL_OR(CAST(digest = 8319675758795710882 AND in_1 AS BOOLEAN)) AS there_3,
    BOOL_OR(CAST(digest = 8919477242351348396 AND in_3 AS BOOLEAN)) AS there_4,
    BOOL_OR(CAST(digest = 4805120595706273968 AND in_1 AS BOOLEAN)) AS there_5
  FROM counted
  GROUP BY
    _key,
    app_user
)
SELECT
  _key,
  CASE
    WHEN BOOL_OR(CAST(there_0 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_0)
  END AS "active_users_7d",
  CASE
    WHEN BOOL_OR(CAST(there_1 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_1)
  END AS "active_users_28d",
  CASE
    WHEN BOOL_OR(CAST(there_2 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_2)
  END AS "active_users_90d",
  CASE
    WHEN BOOL_OR(CAST(there_3 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_3)
  END AS "exporters_28d",
  CASE
    WHEN BOOL_OR(CAST(there_4 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_4)
  END AS "users_created",
  CASE
    WHEN BOOL_OR(CAST(there_5 AND app_user IS NULL AS BOOLEAN))
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      there_5)
  END AS "urgent_users_28d"
FROM seen
GROUP BY
  _key;

-- read_latest
WITH counted AS (
  SELECT
    b._key,
    s.day >= b.first_4 AS in_4,
    s.digest,
    s.occurred,
    s.received,
    s.message_id,
    s.value
  FROM bounds AS b
  JOIN kept_latest AS s
    ON s.account = b._account
  WHERE
    s.digest IN (5895784800160679633) AND s.day < b._day AND s.day >= b.first_4
  UNION ALL
  SELECT
    _key,
    in_4,
    5895784800160679633,
    occurred,
    received,
    message_id,
    properties ->> '$.score'
  FROM edges
  WHERE
    called IN ('Survey Answered')
    AND (
      (
        properties ->> '$.kind'
      ) = 'nps'
    )
    AND NOT (
      properties ->> '$.score'
    ) IS NULL
)
SELECT
  _key,
  ARG_MAX(value, (occurred, received, message_id)) FILTER(WHERE
    digest = 5895784800160679633 AND in_4) AS "latest_score"
FROM counted
GROUP BY
  _key;

-- read_turn
WITH things AS (
  SELECT
    b._key,
    t.digest,
    t.key,
    MAX(t.occurred) FILTER(WHERE
      t.opens > 0 AND t.occurred >= b.lo_2) AS opened_2,
    MAX(t.occurred) FILTER(WHERE
      t.opens > 0 AND t.occurred >= b.lo_4) AS opened_4,
    MAX(t.occurred) FILTER(WHERE
      t.closes > 0) AS closed
  FROM bounds AS b
  JOIN kept_turn AS t
    ON t.account = b._account
  WHERE
    t.digest IN (4391666132538483486, 4874106480260715181, 4746657429304392835)
    AND t.occurred <= b._at
  GROUP BY
    b._key,
    t.digest,
    t.key
)
SELECT
  _key,
  COUNT(*) FILTER(WHERE
    digest = 4391666132538483486
    AND NOT opened_4 IS NULL
    AND (
      closed IS NULL OR closed < opened_4
    )) AS "open_tickets",
  COUNT(*) FILTER(WHERE
    digest = 4874106480260715181
    AND NOT opened_4 IS NULL
    AND (
      closed IS NULL OR closed < opened_4
    )) AS "open_urgent",
  COUNT(*) FILTER(WHERE
    digest = 4746657429304392835
    AND NOT opened_2 IS NULL
    AND (
      closed IS NULL OR closed < opened_2
    )) AS "open_low_90d"
FROM things
GROUP BY
  _key;

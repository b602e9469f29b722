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
      ALOFT_DAYS(CAST(ALOFT_LOCAL("contract_start", _zone) AS DATE)) AS day_3,
      "contract_start" AS lo_3,
      ALOFT_LOCAL("contract_start", _zone) <> DATE_TRUNC('DAY', ALOFT_LOCAL("contract_start", _zone)) AS part_3,
      -1000000 AS day_4
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

-- counted_0
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
FROM (
  SELECT
    b._key AS _key,
    s.day,
    s.n,
    s.first,
    s.last,
    s.day >= b.first_0 AS in_0,
    s.day >= b.first_1 AS in_1,
    s.day >= b.first_2 AS in_2,
    s.day >= b.first_4 AS in_4,
    n.of_0 AS of_0,
    n.of_1 AS of_1,
    n.of_2 AS of_2,
    n.of_3 AS of_3,
    n.of_4 AS of_4,
    n.of_5 AS of_5,
    CAST(NULL AS BIGINT) AS digest,
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
    s.day < b._day AND s.day >= LEAST(b.first_0, b.first_1, b.first_2, b.first_4)
  UNION ALL
  SELECT
    b._key AS _key,
    s.day,
    s.n,
    s.first,
    s.last,
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
    s.digest AS digest,
    s.weight AS weight,
    s.total AS total,
    s.low AS low,
    s.high AS high
  FROM bounds AS b
  JOIN kept_day AS s
    ON s.account = b._account
  WHERE
    s.day < b._day
    AND s.day >= LEAST(b.first_1, b.first_2)
    AND s.digest IN (
      2836362700080970622,
      6114336364270427303,
      1317316532512285357,
      8638756773259823892,
      8917728982000593545,
      6433322488679723558,
      4491334875824454062
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    called IN ('Signed In') AS of_0,
    TRUE AS of_1,
    called IN ('User Created') AS of_2,
    called IN ('Feature 7 Used') AS of_3,
    called IN ('Feature 8 Used', 'Feature 9 Used') AS of_4,
    called IN ('Report Exported') AS of_5,
    NULL AS digest,
    CAST(NULL AS BIGINT) AS weight,
    CAST(NULL AS DECIMAL(38, 6)) AS total,
    CAST(NULL AS DECIMAL(24, 6)) AS low,
    CAST(NULL AS DECIMAL(24, 6)) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND (
      called IN ('Signed In')
      OR TRUE
      OR called IN ('User Created')
      OR called IN ('Feature 7 Used')
      OR called IN ('Feature 8 Used', 'Feature 9 Used')
      OR called IN ('Report Exported')
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    2836362700080970622 AS digest,
    CAST(NULL AS BIGINT) AS weight,
    CAST(NULL AS DECIMAL(38, 6)) AS total,
    CAST(NULL AS DECIMAL(24, 6)) AS low,
    CAST(NULL AS DECIMAL(24, 6)) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND called IN ('Report Exported')
    AND (
      (
        properties ->> '$.format'
      ) = 'csv'
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    6114336364270427303 AS digest,
    CAST(NULL AS BIGINT) AS weight,
    CAST(NULL AS DECIMAL(38, 6)) AS total,
    CAST(NULL AS DECIMAL(24, 6)) AS low,
    CAST(NULL AS DECIMAL(24, 6)) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND called IN ('Ticket Opened')
    AND (
      (
        properties ->> '$.priority'
      ) = 'urgent'
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    1317316532512285357 AS digest,
    CAST(NULL AS BIGINT) AS weight,
    CAST(NULL AS DECIMAL(38, 6)) AS total,
    CAST(NULL AS DECIMAL(24, 6)) AS low,
    CAST(NULL AS DECIMAL(24, 6)) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND called IN ('Report Exported')
    AND (
      TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    8638756773259823892 AS digest,
    CASE
      WHEN NOT COALESCE(
        CASE
          WHEN LENGTH(properties ->> '$.rows') <= 12
          THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
        END,
        TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
      ) IS NULL
      THEN times
    END AS weight,
    TRY_CAST(COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) * times AS DECIMAL(30, 6)) AS total,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS low,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    ) AND called IN ('Report Exported')
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    8917728982000593545 AS digest,
    CASE
      WHEN NOT COALESCE(
        CASE
          WHEN LENGTH(properties ->> '$.rows') <= 12
          THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
        END,
        TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
      ) IS NULL
      THEN times
    END AS weight,
    TRY_CAST(COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) * times AS DECIMAL(30, 6)) AS total,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS low,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND called IN ('Report Exported')
    AND (
      (
        properties ->> '$.format'
      ) = 'csv'
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    6433322488679723558 AS digest,
    CASE
      WHEN NOT COALESCE(
        CASE
          WHEN LENGTH(properties ->> '$.rows') <= 12
          THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
        END,
        TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
      ) IS NULL
      THEN times
    END AS weight,
    TRY_CAST(COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) * times AS DECIMAL(30, 6)) AS total,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS low,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    )
    AND called IN ('Report Exported')
    AND (
      TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
    )
  UNION ALL
  SELECT
    _key,
    day,
    times AS n,
    occurred AS first,
    occurred AS last,
    in_0 AS in_0,
    in_1 AS in_1,
    in_2 AS in_2,
    in_4 AS in_4,
    FALSE AS of_0,
    FALSE AS of_1,
    FALSE AS of_2,
    FALSE AS of_3,
    FALSE AS of_4,
    FALSE AS of_5,
    4491334875824454062 AS digest,
    CASE
      WHEN NOT COALESCE(
        CASE
          WHEN LENGTH(properties ->> '$.rows') <= 12
          THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
        END,
        TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
      ) IS NULL
      THEN times
    END AS weight,
    TRY_CAST(COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) * times AS DECIMAL(30, 6)) AS total,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS low,
    COALESCE(
      CASE
        WHEN LENGTH(properties ->> '$.rows') <= 12
        THEN TRY_CAST(properties ->> '$.rows' AS DECIMAL(18, 6))
      END,
      TRY_CAST(properties ->> '$.rows' AS DECIMAL(24, 6))
    ) AS high
  FROM edges
  WHERE
    (
      in_0 OR in_1 OR in_2 OR in_4
    ) AND called IN ('Signed In')
)
GROUP BY
  _key;

-- counted_1
SELECT
  _key,
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest IS NULL AND (
        there & 1
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest IS NULL AND (
        there & 1
      ) <> 0)
  END AS "active_users_7d",
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest IS NULL AND (
        there & 2
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest IS NULL AND (
        there & 2
      ) <> 0)
  END AS "active_users_28d",
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest IS NULL AND (
        there & 4
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest IS NULL AND (
        there & 4
      ) <> 0)
  END AS "active_users_90d",
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest = 8319675758795710882 AND (
        there & 2
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest = 8319675758795710882 AND (
        there & 2
      ) <> 0)
  END AS "exporters_28d",
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest = 8919477242351348396 AND (
        there & 8
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest = 8919477242351348396 AND (
        there & 8
      ) <> 0)
  END AS "users_created",
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      digest = 4805120595706273968 AND (
        there & 2
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      digest = 4805120595706273968 AND (
        there & 2
      ) <> 0)
  END AS "urgent_users_28d"
FROM (
  SELECT
    _key,
    app_user,
    digest,
    BIT_OR(there) AS there
  FROM (
    SELECT
      b._key AS _key,
      s.app_user,
      CASE
        WHEN s.block >= b.block_0
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_0 THEN b.mask_0 ELSE -1 END
        ) <> 0
        THEN 1
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_1
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_1 THEN b.mask_1 ELSE -1 END
        ) <> 0
        THEN 2
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_2
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_2 THEN b.mask_2 ELSE -1 END
        ) <> 0
        THEN 4
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_3
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_3 THEN b.mask_3 ELSE -1 END
        ) <> 0
        THEN 8
        ELSE 0
      END AS there,
      CAST(NULL AS BIGINT) AS digest
    FROM bounds AS b
    JOIN user_word AS s
      ON s.account = b._account
    WHERE
      s.block <= b.last_block
      AND s.block >= LEAST(b.block_0, b.block_1, b.block_2, b.block_3)
    UNION ALL
    SELECT
      b._key AS _key,
      s.app_user,
      CASE
        WHEN s.block >= b.block_0
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_0 THEN b.mask_0 ELSE -1 END
        ) <> 0
        THEN 1
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_1
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_1 THEN b.mask_1 ELSE -1 END
        ) <> 0
        THEN 2
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_2
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_2 THEN b.mask_2 ELSE -1 END
        ) <> 0
        THEN 4
        ELSE 0
      END + CASE
        WHEN s.block >= b.block_3
        AND (
          s.word & CASE WHEN s.block = b.last_block THEN b.last_mask ELSE -1 END & CASE WHEN s.block = b.block_3 THEN b.mask_3 ELSE -1 END
        ) <> 0
        THEN 8
        ELSE 0
      END AS there,
      s.digest AS digest
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
      CASE WHEN in_0 THEN 1 ELSE 0 END + CASE WHEN in_1 THEN 2 ELSE 0 END + CASE WHEN in_2 THEN 4 ELSE 0 END + CASE WHEN in_3 THEN 8 ELSE 0 END AS there,
      NULL AS digest
    FROM edges
    WHERE
      (
        in_0 OR in_1 OR in_2 OR in_3
      )
      AND (
        NOT app_user IS NULL OR times > 1 OR kind = 'tally'
      )
    UNION ALL
    SELECT
      _key,
      app_user,
      CASE WHEN in_0 THEN 1 ELSE 0 END + CASE WHEN in_1 THEN 2 ELSE 0 END + CASE WHEN in_2 THEN 4 ELSE 0 END + CASE WHEN in_3 THEN 8 ELSE 0 END AS there,
      8319675758795710882 AS digest
    FROM edges
    WHERE
      (
        in_0 OR in_1 OR in_2 OR in_3
      )
      AND called IN ('Report Exported')
      AND (
        NOT app_user IS NULL OR times > 1 OR kind = 'tally'
      )
    UNION ALL
    SELECT
      _key,
      app_user,
      CASE WHEN in_0 THEN 1 ELSE 0 END + CASE WHEN in_1 THEN 2 ELSE 0 END + CASE WHEN in_2 THEN 4 ELSE 0 END + CASE WHEN in_3 THEN 8 ELSE 0 END AS there,
      8919477242351348396 AS digest
    FROM edges
    WHERE
      (
        in_0 OR in_1 OR in_2 OR in_3
      )
      AND called IN ('User Created')
      AND (
        NOT app_user IS NULL OR times > 1 OR kind = 'tally'
      )
    UNION ALL
    SELECT
      _key,
      app_user,
      CASE WHEN in_0 THEN 1 ELSE 0 END + CASE WHEN in_1 THEN 2 ELSE 0 END + CASE WHEN in_2 THEN 4 ELSE 0 END + CASE WHEN in_3 THEN 8 ELSE 0 END AS there,
      4805120595706273968 AS digest
    FROM edges
    WHERE
      (
        in_0 OR in_1 OR in_2 OR in_3
      )
      AND called IN ('Ticket Opened')
      AND (
        (
          properties ->> '$.priority'
        ) = 'urgent'
      )
      AND (
        NOT app_user IS NULL OR times > 1 OR kind = 'tally'
      )
  )
  GROUP BY
    _key,
    app_user,
    digest
)
GROUP BY
  _key;

-- counted_2
SELECT
  _key,
  ARG_MAX(value, (occurred, received, message_id)) AS "latest_score"
FROM (
  SELECT
    b._key AS _key,
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
    occurred,
    received,
    message_id,
    properties ->> '$.score'
  FROM edges
  WHERE
    (
      in_4
    )
    AND called IN ('Survey Answered')
    AND (
      (
        properties ->> '$.kind'
      ) = 'nps'
    )
    AND NOT (
      properties ->> '$.score'
    ) IS NULL
)
GROUP BY
  _key;

-- counted_3
SELECT
  _key,
  COUNT(DISTINCT thing) FILTER(WHERE
    digest = 4391666132538483486 AND in_4) AS "open_tickets",
  COUNT(DISTINCT thing) FILTER(WHERE
    digest = 4874106480260715181 AND in_4) AS "open_urgent",
  COUNT(DISTINCT thing) FILTER(WHERE
    digest = 4746657429304392835 AND in_2) AS "open_low_90d"
FROM (
  SELECT
    b._key AS _key,
    s.key AS thing,
    s.occurred,
    s.digest AS digest,
    s.day >= b.first_2 AS in_2,
    s.day >= b.first_4 AS in_4
  FROM bounds AS b
  JOIN kept_turn AS s
    ON s.account = b._account
  WHERE
    s.digest IN (4391666132538483486, 4874106480260715181, 4746657429304392835)
    AND s.occurred <= b._at
    AND s.opens > 0
    AND (
      s.day >= b.first_2 OR s.day >= b.first_4
    )
) AS o
ANTI JOIN (
  SELECT
    b._key AS _key,
    s.key AS thing,
    s.occurred,
    s.digest AS digest
  FROM bounds AS b
  JOIN kept_turn AS s
    ON s.account = b._account
  WHERE
    s.digest IN (4391666132538483486, 4874106480260715181, 4746657429304392835)
    AND s.occurred <= b._at
    AND s.closes > 0
    AND (
      s.day >= b.first_2 OR s.day >= b.first_4
    )
) AS c
  ON c._key = o._key
  AND c.thing = o.thing
  AND c.digest = o.digest
  AND c.occurred >= o.occurred
GROUP BY
  _key;

-- edges_at_once
SELECT
  e.account AS _key,
  -1 AS part,
  e.day >= (
    20454
  ) AS in_0,
  e.day >= (
    20455
  ) AS in_1,
  e.day >= (
    20456
  ) AS in_2,
  e.day >= (
    20457
  ) AS in_3,
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
    *
  FROM event AS s
) AS e
JOIN (
  SELECT
    id,
    name
  FROM event_name
) AS n
  ON n.id = e.name
WHERE
  NOT e.account IS NULL
  AND e.day = (
    20458
  )
  AND e.occurred <= CAST('2026-01-01 00:00:00' AS TIMESTAMP);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_0
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n) FILTER(WHERE
      in_0), 0) AS BIGINT) AS "sign_ins_7d",
    CAST(COALESCE(SUM(n) FILTER(WHERE
      in_1), 0) AS BIGINT) AS "sign_ins_28d",
    CAST(COALESCE(SUM(n) FILTER(WHERE
      in_2), 0) AS BIGINT) AS "sign_ins_90d",
    CAST(COALESCE(
      BIT_COUNT(
        BIT_OR(CAST(1 AS BIGINT) << LEAST(GREATEST(day - 20455, 0), 62)) FILTER(WHERE
          in_1)
      ),
      0
    ) AS BIGINT) AS "active_days_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last,
      s.day >= (
        20454
      ) AS in_0,
      s.day >= (
        20455
      ) AS in_1,
      s.day >= (
        20456
      ) AS in_2
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20454
      ) AND s.name IN (1)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last,
      in_0 AS in_0,
      in_1 AS in_1,
      in_2 AS in_2
    FROM edges_at_once
    WHERE
      (
        in_0 OR in_1 OR in_2
      ) AND (
        called IN ('Signed In')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_1
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "events_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      )
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      ) AND (
        TRUE
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_2
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "created_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.name IN (2)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      ) AND (
        called IN ('User Created')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_3
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "reports_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.name IN (3)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      ) AND (
        called IN ('Feature 7 Used')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_4
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "shares_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.name IN (4, 5)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      ) AND (
        called IN ('Feature 8 Used', 'Feature 9 Used')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_5
FROM (
  SELECT
    _key,
    MIN(first) AS "first_export"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20457
      ) AND s.name IN (6)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_3
      ) AND (
        called IN ('Report Exported')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_6
FROM (
  SELECT
    _key,
    MAX(last) AS "last_sign_in"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM day_count AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20457
      ) AND s.name IN (1)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_3
      ) AND (
        called IN ('Signed In')
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_7
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "csv_28d",
    CAST(COALESCE(BIT_COUNT(BIT_OR(CAST(1 AS BIGINT) << LEAST(GREATEST(day - 20455, 0), 62))), 0) AS BIGINT) AS "csv_days_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (2836362700080970622)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      )
      AND called IN ('Report Exported')
      AND (
        (
          properties ->> '$.format'
        ) = 'csv'
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_8
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "urgent_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (6114336364270427303)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      )
      AND called IN ('Ticket Opened')
      AND (
        (
          properties ->> '$.priority'
        ) = 'urgent'
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_9
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(n), 0) AS BIGINT) AS "large_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (1317316532512285357)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last
    FROM edges_at_once
    WHERE
      (
        in_1
      )
      AND called IN ('Report Exported')
      AND (
        TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_10
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(total), 0) AS DOUBLE) AS "rows_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last,
      s.weight AS weight,
      s.total AS total,
      s.low AS low,
      s.high AS high
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (8638756773259823892)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last,
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
    FROM edges_at_once
    WHERE
      (
        in_1
      ) AND called IN ('Report Exported')
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_11
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(total), 0) AS DOUBLE) AS "rows_csv_28d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last,
      s.weight AS weight,
      s.total AS total,
      s.low AS low,
      s.high AS high
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (8917728982000593545)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last,
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
    FROM edges_at_once
    WHERE
      (
        in_1
      )
      AND called IN ('Report Exported')
      AND (
        (
          properties ->> '$.format'
        ) = 'csv'
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_12
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(total), 0) AS DOUBLE) AS "rows_large_90d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last,
      s.weight AS weight,
      s.total AS total,
      s.low AS low,
      s.high AS high
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20456
      ) AND s.digest IN (6433322488679723558)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last,
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
    FROM edges_at_once
    WHERE
      (
        in_2
      )
      AND called IN ('Report Exported')
      AND (
        TRY_CAST(properties ->> '$.rows' AS DOUBLE) > 900
      )
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_13
FROM (
  SELECT
    _key,
    CAST(COALESCE(SUM(total) FILTER(WHERE
      in_1), 0) AS DOUBLE) AS "minutes_28d",
    CAST(COALESCE(SUM(total) FILTER(WHERE
      in_2), 0) AS DOUBLE) AS "minutes_90d"
  FROM (
    SELECT
      s.account AS _key,
      s.day,
      s.n,
      s.first,
      s.last,
      s.day >= (
        20455
      ) AS in_1,
      s.day >= (
        20456
      ) AS in_2,
      s.weight AS weight,
      s.total AS total,
      s.low AS low,
      s.high AS high
    FROM (
      SELECT
        *
      FROM kept_day AS s
    ) AS s
    WHERE
      s.day < (
        20458
      ) AND s.day >= (
        20455
      ) AND s.digest IN (4491334875824454062)
    UNION ALL
    SELECT
      _key,
      day,
      times AS n,
      occurred AS first,
      occurred AS last,
      in_1 AS in_1,
      in_2 AS in_2,
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
    FROM edges_at_once
    WHERE
      (
        in_1 OR in_2
      ) AND called IN ('Signed In')
  )
  GROUP BY
    _key
);

-- gathered_at_once
SELECT
  (
    CAST(_key AS BIGINT) << 32
  ) | COALESCE(app_user, 4294967295) AS thing,
  there
FROM (
  SELECT
    s.account AS _key,
    s.app_user,
    CASE
      WHEN s.block >= (
        20462
      )
      AND (
        s.word & CASE WHEN s.block = (
          20460
        ) THEN (
          20461
        ) ELSE -1 END & CASE WHEN s.block = (
          20462
        ) THEN (
          20463
        ) ELSE -1 END
      ) <> 0
      THEN 1
      ELSE 0
    END + CASE
      WHEN s.block >= (
        20464
      )
      AND (
        s.word & CASE WHEN s.block = (
          20460
        ) THEN (
          20461
        ) ELSE -1 END & CASE WHEN s.block = (
          20464
        ) THEN (
          20465
        ) ELSE -1 END
      ) <> 0
      THEN 2
      ELSE 0
    END + CASE
      WHEN s.block >= (
        20466
      )
      AND (
        s.word & CASE WHEN s.block = (
          20460
        ) THEN (
          20461
        ) ELSE -1 END & CASE WHEN s.block = (
          20466
        ) THEN (
          20467
        ) ELSE -1 END
      ) <> 0
      THEN 4
      ELSE 0
    END AS there
  FROM (
    SELECT
      *
    FROM user_word AS s
  ) AS s
  WHERE
    s.block <= (
      20460
    ) AND s.block >= (
      20462
    )
  UNION ALL
  SELECT
    _key,
    app_user,
    CASE WHEN in_0 THEN 1 ELSE 0 END + CASE WHEN in_1 THEN 2 ELSE 0 END + CASE WHEN in_2 THEN 4 ELSE 0 END AS there
  FROM edges_at_once
  WHERE
    (
      in_0 OR in_1 OR in_2
    )
    AND (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
);

-- gathered_at_once
SELECT
  (
    CAST(_key AS BIGINT) << 32
  ) | COALESCE(app_user, 4294967295) AS thing,
  there
FROM (
  SELECT
    s.account AS _key,
    s.app_user,
    CASE
      WHEN s.block >= (
        20464
      )
      AND (
        s.word & CASE WHEN s.block = (
          20460
        ) THEN (
          20461
        ) ELSE -1 END & CASE WHEN s.block = (
          20464
        ) THEN (
          20465
        ) ELSE -1 END
      ) <> 0
      THEN 1
      ELSE 0
    END AS there
  FROM (
    SELECT
      *
    FROM kept_word AS s
  ) AS s
  WHERE
    s.block <= (
      20460
    )
    AND s.block >= (
      20464
    )
    AND s.digest IN (8319675758795710882)
  UNION ALL
  SELECT
    _key,
    app_user,
    CASE WHEN in_1 THEN 1 ELSE 0 END AS there
  FROM edges_at_once
  WHERE
    (
      in_1
    )
    AND called IN ('Report Exported')
    AND (
      NOT app_user IS NULL OR times > 1 OR kind = 'tally'
    )
);

-- gathered_at_once
SELECT
  (
    CAST(_key AS BIGINT) << 32
  ) | COALESCE(app_user, 4294967295) AS thing,
  there
FROM (
  SELECT
    s.account AS _key,
    s.app_user,
    CASE
      WHEN s.block >= (
        20464
      )
      AND (
        s.word & CASE WHEN s.block = (
          20460
        ) THEN (
          20461
        ) ELSE -1 END & CASE WHEN s.block = (
          20464
        ) THEN (
          20465
        ) ELSE -1 END
      ) <> 0
      THEN 1
      ELSE 0
    END AS there
  FROM (
    SELECT
      *
    FROM kept_word AS s
  ) AS s
  WHERE
    s.block <= (
      20460
    )
    AND s.block >= (
      20464
    )
    AND s.digest IN (4805120595706273968)
  UNION ALL
  SELECT
    _key,
    app_user,
    CASE WHEN in_1 THEN 1 ELSE 0 END AS there
  FROM edges_at_once
  WHERE
    (
      in_1
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
);

-- gathered_at_once
SELECT
  *,
  TRUE AS there_17
FROM (
  SELECT
    _key,
    ARG_MAX(value, (occurred, received, message_id)) AS "latest_score"
  FROM (
    SELECT
      s.account AS _key,
      s.occurred,
      s.received,
      s.message_id,
      s.value
    FROM (
      SELECT
        *
      FROM kept_latest AS s
    ) AS s
    WHERE
      s.digest IN (5895784800160679633) AND s.day < (
        20458
      ) AND s.day >= (
        20457
      )
    UNION ALL
    SELECT
      _key,
      occurred,
      received,
      message_id,
      properties ->> '$.score'
    FROM edges_at_once
    WHERE
      (
        in_3
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
    _key
);

-- gathered_at_once
SELECT
  s.account AS account,
  s.key AS thing,
  EPOCH_US(s.occurred) AS occurred,
  s.opens > 0 AS opens,
  s.closes > 0 AS closes,
  CASE WHEN s.day >= (
    20457
  ) THEN 1 ELSE 0 END AS there
FROM (
  SELECT
    *
  FROM kept_turn AS s
) AS s
WHERE
  s.digest IN (4391666132538483486)
  AND s.occurred <= CAST('2026-01-01 00:00:00' AS TIMESTAMP)
  AND (
    s.day >= (
      20457
    )
  );

-- gathered_at_once
SELECT
  s.account AS account,
  s.key AS thing,
  EPOCH_US(s.occurred) AS occurred,
  s.opens > 0 AS opens,
  s.closes > 0 AS closes,
  CASE WHEN s.day >= (
    20457
  ) THEN 1 ELSE 0 END AS there
FROM (
  SELECT
    *
  FROM kept_turn AS s
) AS s
WHERE
  s.digest IN (4874106480260715181)
  AND s.occurred <= CAST('2026-01-01 00:00:00' AS TIMESTAMP)
  AND (
    s.day >= (
      20457
    )
  );

-- gathered_at_once
SELECT
  s.account AS account,
  s.key AS thing,
  EPOCH_US(s.occurred) AS occurred,
  s.opens > 0 AS opens,
  s.closes > 0 AS closes,
  CASE WHEN s.day >= (
    20456
  ) THEN 1 ELSE 0 END AS there
FROM (
  SELECT
    *
  FROM kept_turn AS s
) AS s
WHERE
  s.digest IN (4746657429304392835)
  AND s.occurred <= CAST('2026-01-01 00:00:00' AS TIMESTAMP)
  AND (
    s.day >= (
      20456
    )
  );

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
  END AS mask_0
FROM (
  SELECT
    *,
    day_0 + CAST(part_0 AS INT) AS first_0,
    CASE WHEN part_0 AND day_0 < _day THEN day_0 END AS begin_0
  FROM (
    SELECT
      _key,
      _account,
      _at,
      _day,
      ALOFT_DAYS(CAST(ALOFT_LOCAL("contract_start", _zone) AS DATE)) AS day_0,
      "contract_start" AS lo_0,
      ALOFT_LOCAL("contract_start", _zone) <> DATE_TRUNC('DAY', ALOFT_LOCAL("contract_start", _zone)) AS part_0
    FROM placed
  )
);

-- edges
SELECT
  b._key,
  -1 AS part,
  e.occurred >= b.lo_0 AS in_0,
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
  WHERE
    name IN ('User Created')
) AS n
  ON n.id = e.name
WHERE
  e.occurred <= b._at
UNION ALL
SELECT
  b._key,
  b.part,
  b.part = 0 AS in_0,
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
    0 AS part,
    lo_0 AS lo,
    begin_0 AS begin
  FROM bounds
  WHERE
    NOT begin_0 IS NULL
) AS b
JOIN event AS e
  ON e.account = b._account AND e.day = b.begin
JOIN (
  SELECT
    id,
    name
  FROM event_name
  WHERE
    name IN ('User Created')
) AS n
  ON n.id = e.name
WHERE
  e.occurred >= b.lo AND e.occurred <= b._at;

-- counted_0
SELECT
  _key,
  CASE
    WHEN BOOL_OR(CAST(app_user IS NULL AS BOOLEAN)) FILTER(WHERE
      (
        there & 1
      ) <> 0)
    THEN NULL
    ELSE COUNT(*) FILTER(WHERE
      (
        there & 1
      ) <> 0)
  END AS "users_created"
FROM (
  SELECT
    _key,
    app_user,
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
      END AS there
    FROM bounds AS b
    JOIN kept_word AS s
      ON s.account = b._account
    WHERE
      s.block <= b.last_block
      AND s.block >= b.block_0
      AND s.digest IN (8919477242351348396)
    UNION ALL
    SELECT
      _key,
      app_user,
      CASE WHEN in_0 THEN 1 ELSE 0 END AS there
    FROM edges
    WHERE
      (
        in_0
      )
      AND called IN ('User Created')
      AND (
        NOT app_user IS NULL OR times > 1 OR kind = 'tally'
      )
  )
  GROUP BY
    _key,
    app_user
)
GROUP BY
  _key;

/** The page of a peer: it asks the gateway that served it. */
import { Api } from './api.ts'
import { Dashboard } from './dashboard.ts'

void new Dashboard(new Api()).run()

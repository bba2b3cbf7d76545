// The page of the endpoint: the dashboard, and nothing beside it.
import { openDashboard } from './dashboard.js';

openDashboard(document.body);
